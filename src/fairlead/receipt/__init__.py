"""What was done, and the proof of it: receipts, their Merkle tree, checkpoint and tiles, and the offline reader.

Import the module you need by name: an originator's verifier loads `audit` and what it needs, nothing that touches a disk.
"""
