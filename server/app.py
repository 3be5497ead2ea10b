"""Puts the rooms together: settings, database, files, blueprints, the PWA's static files."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from server import catalogue, change_feed, clock
from server import settings as settings_module
from server.accounts import routes as accounts
from server.activities import routes as activities
from server.change_feed import operations as feed
from server.database import db, engine
from server.devices import routes as devices
from server.evidence import routes as evidence
from server.exchange import courier_routes as courier
from server.exchange import routes as exchange
from server.http import front, openapi, pages
from server.http.actor import SYSTEM
from server.http.decode import StrictJsonProvider
from server.http.openapi import ProblemApi
from server.http.transaction import writing
from server.leaflets import documents, print_routes, run_routes
from server.leaflets import routes as leaflets
from server.measures import routes as measures
from server.places import routes as places
from server.places.operations import load_units
from server.plans import routes as plans
from server.plans.operations import load_reference_plans
from server.reviews import routes as reviews
from server.reviews import waiting_routes as waiting
from server.scans import illustration_routes as illustration
from server.scans import public_routes as public_leaflets
from server.scans import routes as scans
from server.settings import Settings

#: The blueprint of every room that answers HTTP.
BLUEPRINTS = (
    places.blueprint, accounts.blueprint, devices.blueprint, plans.blueprint,
    activities.blueprint, evidence.blueprint, reviews.blueprint, waiting.blueprint,
    measures.blueprint,
    exchange.blueprint, courier.blueprint, leaflets.blueprint, run_routes.blueprint,
    print_routes.blueprint,
    scans.blueprint, illustration.blueprint,
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application for `settings` (default: the environment's)."""
    settings = settings or settings_module.from_environment()
    app = Flask("server", static_folder=None)
    app.json = StrictJsonProvider(app)
    # else two slashes would be answered by a 308, which browsers keep for ever
    app.url_map.merge_slashes = False
    app.extensions["loa_settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine.engine_options(settings.database_url),
        API_TITLE="Loa",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
    )
    db.init_app(app)
    Migrate(app, db, directory=str(Path(__file__).parent / "database" / "migrations"))
    with app.app_context():
        engine.prepare(db.engine)
    change_feed.install(app)
    api = ProblemApi(app)
    front.install(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(leaflets.stored)
    app.register_blueprint(public_leaflets.blueprint)
    app.register_blueprint(illustration.public)
    openapi.install(app, api)
    pages.install(app)
    return app


def load_reference_data() -> None:
    """What a database needs before anybody works: life, places, plans, catalogue. Repeatable."""
    now = clock.now()
    with writing() as session:
        feed.begin_life(session, now)
        load_units(session)
    with writing() as session:
        load_reference_plans(session, SYSTEM, now)
        feed.put_document(session, "reference", "catalogue", "catalogue", catalogue.as_json())
        documents.refresh(session, now)
