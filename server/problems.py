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
MALFORMED_REQUEST = _define(
    "malformed-request", 400,
    "Địa chỉ hoặc yêu cầu có ký tự không hợp lệ.",
    "The address or the request holds characters that are not allowed.",
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

# ---- evidence: uploads and photos
TUS_VERSION = _define(
    "tus-version", 412,
    "Phần mềm tải ảnh dùng phiên bản giao thức mà máy chủ không hiểu. Ảnh trên máy vẫn còn.",
    "The upload speaks a version of tus unknown here. The photo is still on the device.",
)  # fmt: skip
UPLOAD_MALFORMED = _define(
    "upload-malformed", 400,
    "Yêu cầu tải ảnh thiếu hoặc sai thông tin. Ảnh trên máy vẫn còn.",
    "A header of the upload is missing or wrong. The photo is still on the device.",
)  # fmt: skip
OFFSET_MISMATCH = _define(
    "offset-mismatch", 409,
    "Máy chủ đang giữ ảnh này đến vị trí khác. Hỏi lại vị trí (HEAD) rồi gửi tiếp từ đó.",
    "The server holds this photo up to another offset. Ask for it (HEAD) and go on from there.",
)  # fmt: skip
CHECKSUM_MISMATCH = _define(
    "checksum-mismatch", 460,
    "Ảnh đến nơi không giống ảnh gốc. Ảnh trên máy vẫn còn; hãy gửi lại.",
    "What arrived differs from the original. The photo is still on the device; send it again.",
)  # fmt: skip
UPLOAD_COMPLETE = _define(
    "upload-complete", 409,
    "Ảnh này đã nhận đủ và là minh chứng nên không hủy được ở đây.",
    "This photo has arrived and is evidence; it cannot be cancelled here.",
)  # fmt: skip
PHOTO_REFUSED = _define(
    "photo-refused", 422,
    "Tệp này không dùng làm ảnh minh chứng được. Báo cáo và các ảnh khác không bị ảnh hưởng.",
    "This file cannot serve as a photo. The report and its other photos are not affected.",
)  # fmt: skip

# ---- courier: work handed to a colleague as a sealed file
COURIER_UNREADABLE = _define(
    "courier-unreadable", 422,
    "Tệp chuyển giúp không mở được: tệp bị cắt, bị sửa, hoặc của hệ thống khác. Chưa có gì được"
    " ghi. Nhờ người gửi tạo lại tệp; dữ liệu trên máy của họ vẫn còn.",
    "This file cannot be opened: it was cut, changed, or belongs to another system. Nothing was"
    " written. Ask its sender to make it again; what is on their phone is kept.",
)  # fmt: skip
COURIER_STRANGER = _define(
    "courier-stranger", 422,
    "Máy tạo ra tệp này không còn được nhận ở đây. Chưa có gì được ghi. Báo cho cơ quan BHXH.",
    "The phone that made this file is no longer accepted here. Nothing was written. Tell the"
    " office.",
)  # fmt: skip

# ---- reviews
STALE_REVIEW = _define(
    "stale-review", 409,
    "Báo cáo đã thay đổi sau khi anh/chị mở. Xem chỗ khác rồi quyết định lại.",
    "The report changed after you opened it. Look at the differences, then decide again.",
)  # fmt: skip
EVIDENCE_MISSING = _define(
    "evidence-missing", 409,
    "Còn ảnh chưa nhận đủ. Chờ ảnh đến, hoặc duyệt kèm lý do.",
    "Some photos have not arrived. Wait for them, or approve with a reason.",
)  # fmt: skip
OPEN_CONFLICT = _define(
    "open-conflict", 409,
    "Báo cáo còn chỗ xung đột chưa giải quyết. Giải quyết trước, hoặc duyệt kèm lý do.",
    "The report has an open conflict. Resolve it first, or approve with a reason.",
)  # fmt: skip
DECISION_IMPOSSIBLE = _define(
    "decision-impossible", 409,
    "Ở trạng thái này không thể quyết định như vậy.",
    "This decision is not possible in the report's present state.",
)  # fmt: skip
OWN_WORK = _define(
    "own-work", 403,
    "Không ai tự duyệt báo cáo của mình. Nhờ người duyệt khác.",
    "Nobody decides on their own report. Ask another reviewer.",
)  # fmt: skip

# ---- plans
PLAN_INVALID = _define(
    "plan-invalid", 422,
    "Phụ lục có chỗ chưa đúng. Xem lỗi theo từng dòng; chưa có gì được ghi.",
    "The annex has mistakes. See them row by row; nothing was written.",
)  # fmt: skip
PLAN_EXISTS = _define(
    "plan-exists", 409,
    "Năm ấy đã có kế hoạch này.",
    "This plan already exists for that year.",
)  # fmt: skip
PERIOD_INVALID = _define(
    "period-invalid", 422,
    "Kỳ không đúng dạng. Ví dụ: 2026, 2026-Q4, 2026-11, 2026-W47.",
    "No such period. Examples: 2026, 2026-Q4, 2026-11, 2026-W47.",
)  # fmt: skip

# ---- leaflets
LEAFLET_STATE = _define(
    "leaflet-state", 409,
    "Ở trạng thái này không làm được như vậy. Bản đã phát hành không sửa; hãy lập bản mới.",
    "Not possible in this state. What is published never changes; make a new version.",
)  # fmt: skip
LEAFLET_DRAFT_EXISTS = _define(
    "leaflet-draft-exists", 409,
    "Tờ này đang có một bản nháp. Sửa tiếp bản ấy hoặc phát hành trước.",
    "This leaflet has a draft. Go on with that one, or publish it first.",
)  # fmt: skip
LEAFLET_FILE_REFUSED = _define(
    "leaflet-file-refused", 422,
    "Tệp không đúng loại hoặc bị cắt. Cần PDF, hoặc âm thanh MP3, OGG, M4A.",
    "The file is of another type or was cut. A PDF is needed, or audio as MP3, OGG or M4A.",
)  # fmt: skip
LEAFLET_OUTDATED = _define(
    "leaflet-outdated", 409,
    "Tờ này theo quy định đã thay đổi. Xem lại, hoặc xác nhận vẫn in.",
    "The law has changed since this leaflet. Look at it again, or confirm the print.",
)  # fmt: skip
RUNS_INVALID = _define(
    "runs-invalid", 422,
    "Danh sách có chỗ chưa đúng. Xem lỗi theo từng dòng; chưa có gì được ghi.",
    "The list has mistakes. See them row by row; nothing was written.",
)  # fmt: skip

SHEETS_REFUSED = _define(
    "sheets-refused", 422,
    "Chưa in được như vậy: quá nhiều lần in một lúc, mã quá lớn cho khổ giấy, tờ chưa có nội dung,"
    " hoặc có chữ mà phông in không có.",
    "Not printable so: too many runs at once, a code too large for the form, a leaflet without"
    " words, or letters that the font lacks.",
)  # fmt: skip
PRINTING_FAILED = _define(
    "printing-failed", 503,
    "Máy chủ chưa tạo được bản in: quá lâu, quá bận hoặc gặp lỗi. Không có gì bị mất. Thử lại sau"
    " ít phút, in ít hơn mỗi lần; vẫn không được thì báo người quản trị.",
    "The server could not make the sheets: it took too long, was too busy or failed. Nothing is"
    " lost. Try again in some minutes, print fewer at once; if that fails too, tell the"
    " administrator.",
)  # fmt: skip

# ---- backups
BACKUP_MISSING = _define(
    "backup-missing", 404,
    "Trong thư mục không có bản sao lưu ấy, hoặc bản ấy chưa được kiểm chứng.",
    "The folder holds no such backup, or that one was never proved.",
)  # fmt: skip
BACKUP_UNFIT = _define(
    "backup-unfit", 409,
    "Bản sao lưu không dùng được ở đây. Xem chi tiết; dữ liệu hiện có không bị động đến.",
    "The backup does not fit here. See the details; what stands here was not touched.",
)  # fmt: skip
DATABASE_IN_USE = _define(
    "database-in-use", 409,
    "Ở đây đã có cơ sở dữ liệu. Khôi phục vào chỗ trống, hoặc thêm --replace để cất bản cũ.",
    "There is a database here. Restore into an empty place, or set it aside by --replace.",
)  # fmt: skip
