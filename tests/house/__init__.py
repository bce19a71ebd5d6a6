"""The style of the house, as tests: direction, words, sizes, promises, docs."""
