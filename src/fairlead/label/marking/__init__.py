"""How a label is written for others: marks of the public grammar, and the carriers that take a label out of the house.

A mark says less than the label it is made from. Each carrier therefore also says what it loses, and nothing that a carrier says permits
a use here: inside the house only labels and agreements count.
"""
