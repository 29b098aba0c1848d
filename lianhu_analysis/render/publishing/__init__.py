"""From a notebook to a published page: run, check, render, put in place."""

import sys

# nbformat imports jsonschema, which would build a grammar of addresses for a second or two if it
# found this one; no notebook is checked for addresses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
