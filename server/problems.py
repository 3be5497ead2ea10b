"""Everything that a caller may be told went wrong: one catalogue (RFC 9457, problem+json).

A slug is a promise: phones and other programs act on it, so it is never renamed. The titles are
what a person reads, in Vietnamese first. Not here: how a problem is rendered (`http.errors`),
and outcomes of sync operations, which are values and not errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of trouble. `slug` is the stable `type`; titles say what happened and what to do."""

    slug: str
    status: int
    title_vi: str
    title_en: str


class ProblemError(Exception):
    """Raised anywhere below HTTP to answer with `problem`; `extras` join the answer's members."""

    def __init__(self, problem: Problem, **extras: Any) -> None:
        super().__init__(problem.slug)
        self.problem = problem
        self.extras = extras


CATALOGUE: dict[str, Problem] = {}


def _define(slug: str, status: int, title_vi: str, title_en: str) -> Problem:
    assert slug not in CATALOGUE, slug
    CATALOGUE[slug] = Problem(slug, status, title_vi, title_en)
    return CATALOGUE[slug]


# ---- reading a request
MALFORMED_JSON = _define(
    "malformed-json", 400,
    "Nội dung gửi lên không phải JSON đúng cách. Không có gì được ghi; hãy gửi lại.",
    "The body is not well-formed JSON. Nothing was written; send it again.",
)  # fmt: skip
INVALID = _define(
    "invalid", 422,
    "Có chỗ điền chưa đúng. Xem từng mục trong danh sách lỗi rồi sửa.",
    "Some values are not valid. See the list of problems and correct them.",
)  # fmt: skip
TOO_LARGE = _define(
    "too-large", 413,
    "Nội dung gửi lên quá lớn. Hãy gửi thành nhiều phần nhỏ hơn.",
    "The body is too large. Send it in smaller parts.",
)  # fmt: skip
LENGTH_REQUIRED = _define(
    "length-required", 411,
    "Thiếu độ dài nội dung (Content-Length).",
    "A Content-Length is required.",
)  # fmt: skip
UNSUPPORTED_MEDIA_TYPE = _define(
    "unsupported-media-type", 415,
    "Kiểu nội dung không được nhận ở đây.",
    "This media type is not accepted here.",
)  # fmt: skip

# ---- who is asking
UNAUTHENTICATED = _define(
    "unauthenticated", 401,
    "Cần đăng nhập. Dữ liệu trên máy vẫn còn nguyên.",
    "Sign in first. What is on the device is kept.",
)  # fmt: skip
FORBIDDEN = _define(
    "forbidden", 403,
    "Tài khoản này không được làm việc này.",
    "This account may not do this.",
)  # fmt: skip
CSRF = _define(
    "csrf", 403,
    "Phiên làm việc không khớp. Hãy tải lại trang rồi thử lại.",
    "The request does not belong to this session. Reload the page and try again.",
)  # fmt: skip
WRONG_CREDENTIALS = _define(
    "wrong-credentials", 401,
    "Tên đăng nhập, mật khẩu hoặc mã không đúng.",
    "The user name, the password or the code is wrong.",
)  # fmt: skip
ENROLMENT_CODE_UNUSABLE = _define(
    "enrolment-code-unusable", 410,
    "Mã nối máy đã dùng, đã hết hạn hoặc không đúng. Xin mã mới từ cơ quan BHXH.",
    "This enrolment code is used, expired or wrong. Ask the office for a new one.",
)  # fmt: skip
TOO_MANY_ATTEMPTS = _define(
    "too-many-attempts", 429,
    "Thử quá nhiều lần. Hãy chờ một lát rồi thử lại.",
    "Too many attempts. Wait a little and try again.",
)  # fmt: skip

# ---- what is asked for
NOT_FOUND = _define(
    "not-found", 404,
    "Không tìm thấy.",
    "Not found.",
)  # fmt: skip
METHOD_NOT_ALLOWED = _define(
    "method-not-allowed", 405,
    "Không làm được việc này ở địa chỉ này.",
    "This method is not available here.",
)  # fmt: skip
NOT_ACCEPTABLE = _define(
    "not-acceptable", 406,
    "Không có dạng trả lời như yêu cầu.",
    "The requested representation does not exist.",
)  # fmt: skip
CONFLICT = _define(
    "conflict", 409,
    "Việc này đụng với trạng thái hiện tại. Tải lại rồi thử lại.",
    "This clashes with the present state. Reload and try again.",
)  # fmt: skip

# ---- our own troubles
OVERLOADED = _define(
    "overloaded", 503,
    "Máy chủ đang bận. Không có gì bị mất; máy sẽ tự gửi lại.",
    "The server is busy. Nothing is lost; the device will try again.",
)  # fmt: skip
INTERNAL = _define(
    "internal", 500,
    "Máy chủ gặp lỗi. Không có gì bị mất; hãy thử lại sau.",
    "The server failed. Nothing is lost; try again later.",
)  # fmt: skip
