"""The written-out canonical bytes of a detection are those of the library."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fairlead.envelope import digest_of, encode
from fairlead.report.detection import detection_bytes, detection_digest

SMALL = st.integers(-(2**31), 2**31)


@given(st.text(max_size=30).filter(lambda text: text.isprintable()), st.integers(0, 2**50), SMALL, SMALL, SMALL, SMALL, SMALL, SMALL)
def test_detection_bytes_are_what_the_canonical_library_writes(feed, t_ms, lat, lon, sog, cog, mmsi, err):
    value = {
        "feed": feed,
        "t_ms": t_ms,
        "lat_e7": lat,
        "lon_e7": lon,
        "sog_dkn": sog,
        "cog_ddeg": cog,
        "mmsi": mmsi,
        "err_m": err,
    }
    assert detection_bytes(feed, t_ms, lat, lon, sog, cog, mmsi, err) == encode(value)
    assert detection_digest(feed, t_ms, lat, lon, sog, cog, mmsi, err) == digest_of(value)
