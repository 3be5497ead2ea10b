"""Photos by the contract: tus with a standard client and by hand, receipts, renderings."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import pytest
from PIL import Image
from tusclient import client as tus

from tests.contracts.conftest import Installation
from tests.contracts.outsider import TUS
from tests.contracts.test_contract import assert_problem, bare
from tests.factories.evidence import GPS_CANARY, Photo, make_photo

SIZES = ("thumb", "screen", "original")
WAVE = 3_000  # bytes of a piece


def small(seed: int) -> Photo:
    return make_photo(seed, width=320, height=240)


def report_with(site: Installation, photo: Photo) -> str:
    example: Any = site.kinds["leaflet_handout"]["example"]
    create, submit = site.phone.report("leaflet_handout", example, [bare(photo.element)])
    assert {each["outcome"] for each in site.phone.outcomes(create, submit)} == {"applied"}
    activity: str = create["activity"]
    return activity


def have(site: Installation, *photos: Photo) -> Any:
    answer = site.phone("POST", "/api/v1/evidence/have",
                        json={"sha256": [photo.sha256 for photo in photos]})  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("with_checksum", [False, True])
def test_a_standard_client_uploads_in_pieces(site: Installation, with_checksum: bool) -> None:
    photo = small(100 + with_checksum)
    activity = report_with(site, photo)
    client = tus.TusClient(f"{site.server.url}/api/v1/uploads", headers=dict(site.phone.headers))
    uploader = client.uploader(
        file_stream=io.BytesIO(photo.content), chunk_size=WAVE, upload_checksum=with_checksum,
        metadata={"sha256": photo.sha256, "type": "image/jpeg", "filename": "tờ rơi.jpg"},
    )  # fmt: skip
    uploader.upload()
    assert uploader.url == f"{site.server.url}/api/v1/uploads/{photo.sha256}"
    assert site.phone.row(activity)["evidence"][0]["verified"] is True
    assert site.console.decided(activity, "approve")["status"] == "approved"


def test_a_cut_upload_goes_on_where_it_stopped(site: Installation) -> None:
    photo = small(110)
    size = len(photo.content)
    created = site.phone.create_upload(photo.content[:WAVE], size, photo.sha256)
    assert created.status_code == 201, created.text
    assert created.headers["Location"].endswith(f"/api/v1/uploads/{photo.sha256}")
    assert created.headers["Upload-Offset"] == str(WAVE)
    wrong = site.phone.send_chunk(photo.sha256, 0, photo.content[:10])
    assert_problem(wrong, 409)
    head = site.phone("HEAD", f"/api/v1/uploads/{photo.sha256}", headers=TUS)
    assert head.status_code == 200
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(WAVE), str(size))
    assert head.headers["Cache-Control"] == "no-store"
    assert photo.sha256 not in have(site, photo)["have"]
    # the answer to the creation was lost: the same creation finds the upload again
    again = site.phone.create_upload(b"", size, photo.sha256)
    assert again.headers["Upload-Offset"] == str(WAVE)
    rest = site.phone.send_chunk(photo.sha256, WAVE, photo.content[WAVE:])
    assert rest.status_code == 204, rest.text
    assert rest.headers["Upload-Offset"] == str(size)
    assert photo.sha256 in have(site, photo)["have"]
    assert site.phone.create_upload(photo.content).headers["Upload-Offset"] == str(size)


def test_a_wrong_checksum_is_not_taken(site: Installation) -> None:
    photo = small(120)

    def checksum(content: bytes) -> dict[str, str]:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return {"Upload-Checksum": f"sha256 {digest}"}

    assert site.phone.create_upload(b"", len(photo.content), photo.sha256).status_code == 201
    refused = site.phone.send_chunk(photo.sha256, 0, photo.content, **checksum(b"something else"))
    assert_problem(refused, 460)
    head = site.phone("HEAD", f"/api/v1/uploads/{photo.sha256}", headers=TUS)
    assert head.headers["Upload-Offset"] == "0"
    taken = site.phone.send_chunk(photo.sha256, 0, photo.content, **checksum(photo.content))
    assert taken.status_code == 204, taken.text


def test_bytes_that_do_not_hash_to_their_name_are_no_photo(site: Installation) -> None:
    photo, other = small(130), small(131)
    padded = other.content[: len(photo.content)].ljust(len(photo.content), b"\0")
    answer = site.phone.create_upload(padded, sha256=photo.sha256)
    assert 400 <= answer.status_code < 500, answer.text
    assert photo.sha256 not in have(site, photo)["have"]


def test_one_trip_tells_which_photos_are_there(site: Installation) -> None:
    here, missing = small(140), small(141)
    assert site.phone.create_upload(here.content).status_code == 201
    found = have(site, here, missing)
    assert found["have"] == [here.sha256]
    assert found["send"] == [missing.sha256]
    stranger = site.strange_phone("POST", "/api/v1/evidence/have", json={"sha256": [here.sha256]})
    assert stranger.json()["have"] == []  # a hash is no key
    assert stranger.json()["send"] == [here.sha256]


def test_a_photo_is_shown_in_three_sizes_to_whoever_may_see_it(site: Installation) -> None:
    photo = make_photo(150, width=1920, height=1440)
    path = f"/api/v1/evidence/{photo.sha256}"
    report_with(site, photo)
    assert_problem(site.console("GET", path), 404)  # told of, not yet here
    assert site.phone.create_upload(photo.content).status_code == 201
    widths = []
    for size in SIZES:
        answer = site.console("GET", path, params={"size": size})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("image/")
        assert GPS_CANARY.encode() not in answer.content
        widths.append(Image.open(io.BytesIO(answer.content)).width)
    assert widths[0] < widths[1] <= widths[2] == photo.width
    assert site.phone("GET", path).status_code == 200
    assert_problem(site.strange_phone("GET", path), 404)
    assert_problem(site.anyone("GET", path), 401)


def test_approval_waits_for_the_photo(site: Installation) -> None:
    photo = small(160)
    activity = report_with(site, photo)
    seen = site.console.read(f"/api/v1/activities/{activity}")
    refused = site.console.decide(seen, "approve")
    assert refused.status_code in (409, 422), refused.text
    assert_problem(refused, refused.status_code, "evidence-missing")
    assert site.phone.create_upload(photo.content).status_code == 201
    assert site.console.decided(activity, "approve")["evidence"][0]["verified"] is True


def test_the_server_tells_what_it_speaks_of_tus(site: Installation) -> None:
    answer = site.anyone("OPTIONS", "/api/v1/uploads")
    assert answer.status_code in (200, 204)
    assert answer.headers["Tus-Version"] == "1.0.0"
    told = set(answer.headers["Tus-Extension"].split(","))
    assert {"creation", "creation-with-upload", "checksum", "expiration", "termination"} <= told
    assert "sha256" in answer.headers["Tus-Checksum-Algorithm"].split(",")
    other = site.phone.create_upload(b"", 10, "0" * 64, **{"Tus-Resumable": "0.2.2"})
    assert_problem(other, 412)
    assert_problem(site.anyone("POST", "/api/v1/uploads", headers=TUS), 401)


def test_an_unfinished_upload_can_be_given_up(site: Installation) -> None:
    photo = small(170)
    assert site.phone.create_upload(b"", len(photo.content), photo.sha256).status_code == 201
    path = f"/api/v1/uploads/{photo.sha256}"
    assert site.strange_phone("HEAD", path, headers=TUS).status_code == 404
    assert site.phone("DELETE", path, headers=TUS).status_code == 204
    assert site.phone("HEAD", path, headers=TUS).status_code in (404, 410)
