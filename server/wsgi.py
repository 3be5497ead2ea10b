"""What a WSGI server imports: `server.wsgi:app`. In the worker, after the fork."""

from server.app import create_app
from server.scans import public_routes as public_leaflets

app = create_app()
with app.app_context():
    public_leaflets.desk().recorder.start()
