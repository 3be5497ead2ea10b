"""`loa check`: does everything that is stored agree with itself?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

import click
from flask import Flask

from server.soundness.finding import Finding

LABELS = {
    "database": "Cơ sở dữ liệu",
    "audit": "Nhật ký kiểm toán",
    "feeds": "Số thứ tự và mã tổng của luồng tin",
    "contents": "Báo cáo: nội dung, số đếm, ảnh nêu tên",
    "operations": "Thao tác từ máy",
    "scans": "Lượt quét tờ rơi",
    "leaflet_files": "Bản in và tiếng của tờ rơi",
    "photos": "Ảnh",
    "copied": "Ảnh đã chép",
}


@click.command()
@click.option("--quick", is_flag=True, help="Do not read the bytes of the photos.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def check(app: Flask, quick: bool, as_json: bool) -> None:
    """Compare hashes, digests, counters, tallies and the audit chain. Exit 0: all is sound."""
    from server.database.engine import take_time
    from server.files.store import store_for
    from server.http.transaction import reading
    from server.soundness.queries import examine

    store = store_for(app.extensions["loa_settings"].files_url)
    with app.app_context(), reading() as session:
        take_time(session)
        findings = examine(session, store, hash_bytes=not quick)
    sound = all(finding.sound for finding in findings)
    if as_json:
        found = {"sound": sound, "checks": [finding.to_wire() for finding in findings]}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        show(findings)
    sys.exit(0 if sound else 1)


def show(findings: Iterable[Finding]) -> None:
    """One line a check, and its first faults below it."""
    for finding in findings:
        state = "tốt" if finding.sound else f"{finding.fault_count} chỗ hỏng"
        click.echo(f"{LABELS[finding.name]}: {finding.examined} mục, {state}")
        for fault in finding.faults:
            click.echo(f"  - {fault}")
