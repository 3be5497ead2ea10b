"""What is made of a declared kind: validation, form, merge policy, counts, columns, schemas, docs.

`counts(kind, fields, sets)`, `merge_policy(kind)`, `columns(kind)`, `form_of(kind)` stand here by
name; `validation` and `schemas` are modules of their own, since they need marshmallow.
"""

from server.catalogue.derive.counting import Count, counts
from server.catalogue.derive.form import form_of
from server.catalogue.derive.merging import merge_policy
from server.catalogue.derive.table import Column, columns

__all__ = ["Column", "Count", "columns", "counts", "form_of", "merge_policy"]
