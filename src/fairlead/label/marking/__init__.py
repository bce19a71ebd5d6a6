"""How a label is written for others: marks of the public grammar, and the carriers that take a label out of the house.

A mark says less than the label it is made from. Each carrier therefore also says what it loses, and no carrier is ever read back as
permission to use anything: inside the house only the label counts.
"""
