"""NMEA 0183 sentences that carry AIS, decoded into columns; and the streams that they come from."""
