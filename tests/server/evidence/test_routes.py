"""Uploading and seeing photos, as a phone and a reviewer meet it."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import clock
from server.evidence.limits import PREVIEW_KEPT, UPLOAD_KEPT
from tests.factories.evidence import GPS_CANARY, Photo, make_photo, make_png_bomb
from tests.server.evidence.conftest import Phone, make_phone

UPLOADS = "/api/v1/uploads"


def create(client: FlaskClient, phone: Phone, photo: Photo, **headers: str) -> TestResponse:
    pairs = {"sha256": photo.sha256, "type": photo.media_type, "filename": "Ảnh 1.jpg"}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
    return client.post(UPLOADS, headers={
        **phone.tus, "Upload-Length": str(len(photo.content)), "Upload-Metadata": metadata,
        **{key.replace("_", "-"): value for key, value in headers.items()},
    })  # fmt: skip


def patch(
    client: FlaskClient, phone: Phone, photo: Photo, start: int, end: int | None = None,
    **headers: str,
) -> TestResponse:  # fmt: skip
    return client.patch(
        f"{UPLOADS}/{photo.sha256}",
        data=photo.content[start:end],
        headers={
            **phone.tus,
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
            **{key.replace("_", "-"): value for key, value in headers.items()},
        },
    )


def head(client: FlaskClient, phone: Phone, photo: Photo) -> TestResponse:
    return client.head(f"{UPLOADS}/{photo.sha256}", headers=phone.tus)


def send(client: FlaskClient, phone: Phone, photo: Photo) -> TestResponse:
    create(client, phone, photo)
    return patch(client, phone, photo, 0)


def have(client: FlaskClient, phone: Phone, *photos: Photo) -> dict[str, object]:
    body = {"sha256": [photo.sha256 for photo in photos]}
    answer = client.post("/api/v1/evidence/have", json=body, headers=phone.headers)
    assert answer.status_code == 200
    return answer.get_json()


def test_the_server_says_what_it_speaks(client: FlaskClient) -> None:
    answer = client.options(UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "creation-with-upload" in answer.headers["Tus-Extension"]


def test_a_photo_comes_in_chunks_and_is_verified(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    created = create(client, phone, photo)
    assert created.status_code == 201
    assert created.headers["Location"] == f"{UPLOADS}/{photo.sha256}"
    assert created.headers["Upload-Offset"] == "0"
    assert "Upload-Expires" in created.headers
    first = patch(client, phone, photo, 0, 5000)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "5000")
    assert first.headers["Upload-Verified"] == "false"
    assert have(client, phone, photo)["partial"] == {photo.sha256: 5000}
    state = head(client, phone, photo)
    assert state.status_code == 200
    assert state.headers["Upload-Offset"] == "5000"
    assert state.headers["Upload-Length"] == str(len(photo.content))
    assert state.headers["Cache-Control"] == "no-store"
    last = patch(client, phone, photo, 5000)
    assert (last.status_code, last.headers["Upload-Verified"]) == (204, "true")
    assert last.headers["Tus-Resumable"] == "1.0.0"
    assert have(client, phone, photo)["have"] == [photo.sha256]


def test_a_photo_comes_with_its_creation(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    answer = client.post(UPLOADS, data=photo.content, headers={
        **phone.tus,
        "Upload-Length": str(len(photo.content)),
        "Upload-Metadata": f"sha256 {base64.b64encode(photo.sha256.encode()).decode()}",
        "Content-Type": "application/offset+octet-stream",
    })  # fmt: skip
    assert answer.status_code == 201
    assert answer.headers["Upload-Offset"] == str(len(photo.content))
    assert answer.headers["Upload-Verified"] == "true"


def test_a_lost_answer_to_creation_costs_nothing(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    create(client, phone, photo)
    patch(client, phone, photo, 0, 3000)
    again = create(client, phone, photo)
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "3000")
    patch(client, phone, photo, 3000)
    known = create(client, phone, photo)
    assert (known.status_code, known.headers["Upload-Verified"]) == (201, "true")


def test_a_chunk_elsewhere_is_a_conflict_and_changes_nothing(
    client: FlaskClient, phone: Phone
) -> None:
    photo = make_photo()
    create(client, phone, photo)
    patch(client, phone, photo, 0, 3000)
    for start in (0, 2999, 4000):
        answer = patch(client, phone, photo, start, start + 10)
        assert answer.status_code == 409
        assert answer.get_json()["type"] == "offset-mismatch"
        assert answer.get_json()["offset"] == 3000
    assert patch(client, phone, photo, 3000).headers["Upload-Verified"] == "true"


def test_a_chunk_with_a_wrong_checksum_is_thrown_away(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    create(client, phone, photo)
    wrong = base64.b64encode(bytes(32)).decode()
    answer = patch(client, phone, photo, 0, 3000, Upload_Checksum=f"sha256 {wrong}")
    assert (answer.status_code, answer.get_json()["type"]) == (460, "checksum-mismatch")
    assert head(client, phone, photo).headers["Upload-Offset"] == "0"
    right = base64.b64encode(hashlib.sha256(photo.content).digest()).decode()
    answer = patch(client, phone, photo, 0, Upload_Checksum=f"sha256 {right}")
    assert answer.headers["Upload-Verified"] == "true"


def test_bytes_that_are_not_those_named_start_over(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    twisted = Photo(photo.content[:-1] + b"?", photo.media_type, photo.width, photo.height)
    create(client, phone, photo)
    patch(client, phone, photo, 0, 3000)
    answer = client.patch(
        f"{UPLOADS}/{photo.sha256}",
        data=twisted.content[3000:],
        headers={**phone.tus, "Upload-Offset": "3000",
                 "Content-Type": "application/offset+octet-stream"},
    )  # fmt: skip
    assert (answer.status_code, answer.get_json()["type"]) == (460, "checksum-mismatch")
    assert answer.get_json()["offset"] == 0
    assert head(client, phone, photo).headers["Upload-Offset"] == "0"
    assert have(client, phone, photo)["send"] == [photo.sha256]
    assert patch(client, phone, photo, 0).headers["Upload-Verified"] == "true"


def test_without_a_length_nothing_is_taken(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    create(client, phone, photo)
    answer = client.patch(
        f"{UPLOADS}/{photo.sha256}",
        input_stream=io.BytesIO(photo.content),
        headers={**phone.tus, "Upload-Offset": "0", "Transfer-Encoding": "chunked",
                 "Content-Type": "application/offset+octet-stream"},
    )  # fmt: skip
    assert (answer.status_code, answer.get_json()["type"]) == (411, "length-required")


def test_no_version_no_upload(client: FlaskClient, phone: Phone) -> None:
    answer = client.post(UPLOADS, headers={**phone.headers, "Upload-Length": "5"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_a_bomb_is_refused_in_words_and_nothing_else_is_lost(
    client: FlaskClient, phone: Phone
) -> None:
    good, bomb = make_photo(), make_png_bomb(8000, 8000)
    send(client, phone, good)
    answer = send(client, phone, bomb)
    body = answer.get_json()
    assert (answer.status_code, body["type"], body["reason"]) == (422, "photo-refused", "pixels")
    assert "triệu điểm ảnh" in body["vi"]
    assert create(client, phone, bomb).status_code == 422
    assert head(client, phone, bomb).status_code == 422
    known = have(client, phone, good, bomb)
    assert known["have"] == [good.sha256]
    assert known["refused"][bomb.sha256]["reason"] == "pixels"
    cancelled = client.delete(f"{UPLOADS}/{bomb.sha256}", headers=phone.tus)
    assert cancelled.status_code == 204


def test_an_upload_can_be_cancelled_but_evidence_cannot(client: FlaskClient, phone: Phone) -> None:
    half, whole = make_photo(1), make_photo(2)
    create(client, phone, half)
    patch(client, phone, half, 0, 1000)
    send(client, phone, whole)
    assert client.delete(f"{UPLOADS}/{half.sha256}", headers=phone.tus).status_code == 204
    assert head(client, phone, half).status_code == 404
    assert create(client, phone, half).headers["Upload-Offset"] == "0"
    refused = client.delete(f"{UPLOADS}/{whole.sha256}", headers=phone.tus)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "upload-complete")


def test_a_method_may_be_named_in_a_header(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo()
    create(client, phone, photo)
    answer = client.post(f"{UPLOADS}/{photo.sha256}", data=photo.content, headers={
        **phone.tus, "X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    })  # fmt: skip
    assert (answer.status_code, answer.headers["Upload-Verified"]) == (204, "true")


def test_an_upload_left_alone_ends_after_its_time(
    client: FlaskClient, phone: Phone, now: datetime
) -> None:
    photo, other = make_photo(1), make_photo(2)
    with clock.frozen(now):
        create(client, phone, photo)
        patch(client, phone, photo, 0, 1000)
    with clock.frozen(now + UPLOAD_KEPT * 1.01):
        assert head(client, phone, photo).status_code == 404
        create(client, phone, other)
        assert create(client, phone, photo).headers["Upload-Offset"] == "0"


def test_a_hash_is_no_key(
    client: FlaskClient, session: Session, now: datetime, phone: Phone
) -> None:
    """A stranger learns nothing of a photo by its hash, must send all of it, and then has it."""
    photo = make_photo()
    send(client, phone, photo)
    stranger = make_phone(session, now, name="Vàng A Pó", unit_id="c-00008-2025")
    assert have(client, stranger, photo)["send"] == [photo.sha256]
    assert head(client, stranger, photo).status_code == 404
    seen = client.get(f"/api/v1/evidence/{photo.sha256}", headers=stranger.headers)
    assert seen.status_code == 404
    created = create(client, stranger, photo)
    assert (created.headers["Upload-Offset"], created.headers["Upload-Verified"]) == ("0", "false")
    assert patch(client, stranger, photo, 0).headers["Upload-Verified"] == "true"
    seen = client.get(f"/api/v1/evidence/{photo.sha256}", headers=stranger.headers)
    assert seen.status_code == 200


@pytest.mark.parametrize(
    ("size", "media_type", "pixels"),
    [("thumb", "image/webp", (240, 320)), ("screen", "image/jpeg", (1200, 1600)),
     ("original", "image/jpeg", (2400, 1800))],
)  # fmt: skip
def test_a_photo_is_shown_without_its_place(
    client: FlaskClient, phone: Phone, size: str, media_type: str, pixels: tuple[int, int]
) -> None:
    photo = make_photo(width=2400, height=1800, orientation=6)
    send(client, phone, photo)
    url = f"/api/v1/evidence/{photo.sha256}?size={size}"
    answer = client.get(url, headers=phone.headers)
    assert answer.status_code == 200
    assert answer.content_type == media_type
    assert GPS_CANARY.encode() not in answer.data
    image = Image.open(io.BytesIO(answer.data))
    assert image.size == pixels
    assert image.getexif().get(0x0112, 1) == (6 if size == "original" else 1)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = client.get(url, headers={**phone.headers, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_only_hashes_are_asked_for(client: FlaskClient, phone: Phone) -> None:
    for body in ({"sha256": ["x"]}, {"sha256": ["a" * 64] * 501}, {}, {"sha256": [], "x": 1}):
        answer = client.post("/api/v1/evidence/have", json=body, headers=phone.headers)
        assert answer.status_code == 422
    assert client.get("/api/v1/evidence/nothing", headers=phone.headers).status_code == 404


def test_who_may_not_report_may_not_upload(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    auditor = make_phone(session, now, role="auditor", unit_id="vn")
    assert create(client, auditor, make_photo()).status_code == 403
    assert client.post(UPLOADS).status_code == 401


def put_preview(
    client: FlaskClient, phone: Phone, photo: Photo, content: bytes | None = None
) -> TestResponse:
    small = make_photo(7, width=320, height=240, quality=60).content if content is None else content
    headers = {**phone.headers, "Content-Type": "image/jpeg"}
    return client.put(f"/api/v1/evidence/{photo.sha256}/preview", data=small, headers=headers)


def see(client: FlaskClient, phone: Phone, photo: Photo, size: str = "preview") -> TestResponse:
    return client.get(f"/api/v1/evidence/{photo.sha256}?size={size}", headers=phone.headers)


def test_a_preview_is_seen_until_its_photo_is_here(client: FlaskClient, phone: Phone) -> None:
    photo = make_photo(width=2400, height=1800)
    assert have(client, phone, photo)["previews"] == []
    assert put_preview(client, phone, photo).status_code == 204
    assert put_preview(client, phone, photo).status_code == 204
    assert have(client, phone, photo)["previews"] == [photo.sha256]
    assert have(client, phone, photo)["send"] == [photo.sha256]
    seen = see(client, phone, photo)
    assert (seen.status_code, seen.content_type) == (200, "image/webp")
    assert GPS_CANARY.encode() not in seen.data
    assert Image.open(io.BytesIO(seen.data)).size == (320, 240)
    assert seen.headers["Cache-Control"] == "private, no-store"
    assert seen.headers["Content-Security-Policy"].startswith("sandbox")
    for size in ("thumb", "screen", "original"):
        assert see(client, phone, photo, size).status_code == 404, "a preview is no photo"
    create(client, phone, photo)
    patch(client, phone, photo, 0, 5000)
    assert have(client, phone, photo)["previews"] == [photo.sha256]
    patch(client, phone, photo, 5000)
    held = have(client, phone, photo)
    assert (held["have"], held["previews"]) == ([photo.sha256], [])
    assert see(client, phone, photo).data == see(client, phone, photo, "thumb").data != seen.data
    assert put_preview(client, phone, photo).status_code == 204
    assert have(client, phone, photo)["previews"] == [], "it is kept no more"


def test_a_preview_that_shows_nothing_is_refused_and_its_photo_is_not(
    client: FlaskClient, phone: Phone
) -> None:
    photo = make_photo()
    for content, status in ((b"no picture", 422), (make_png_bomb().content[:30_000], 422),
                            (bytes(32 * 1024 + 1), 413), (photo.content[:900], 422)):  # fmt: skip
        assert put_preview(client, phone, photo, content).status_code == status
    assert see(client, phone, photo).status_code == 404
    assert send(client, phone, photo).headers["Upload-Verified"] == "true"


def test_a_preview_is_its_senders_and_shows_nobody_elses_photo(
    client: FlaskClient, session: Session, now: datetime, phone: Phone
) -> None:
    """Whoever gives another picture to a foreign name is believed by nobody."""
    photo = make_photo()
    put_preview(client, phone, photo)
    stranger = make_phone(session, now, name="Vàng A Pó", unit_id="c-00008-2025")
    assert see(client, stranger, photo).status_code == 404
    assert have(client, stranger, photo)["previews"] == []
    assert put_preview(client, stranger, photo, make_photo(9, width=99).content).status_code == 204
    first = Image.open(io.BytesIO(see(client, phone, photo).data))
    assert first.size == (320, 240)
    auditor = make_phone(session, now, role="auditor", unit_id="vn")
    assert put_preview(client, auditor, photo).status_code == 403


def test_a_preview_goes_with_its_upload_and_with_time(client: FlaskClient, phone: Phone) -> None:
    given_up, forgotten, new = make_photo(1), make_photo(2), make_photo(3)
    start = clock.now()
    put_preview(client, phone, given_up)
    put_preview(client, phone, forgotten)
    create(client, phone, given_up)
    assert client.delete(f"{UPLOADS}/{given_up.sha256}", headers=phone.tus).status_code == 204
    assert see(client, phone, given_up).status_code == 404
    with clock.frozen(start + PREVIEW_KEPT + timedelta(days=1)):
        put_preview(client, phone, new)
        assert see(client, phone, forgotten).status_code == 404
        assert see(client, phone, new).status_code == 200
