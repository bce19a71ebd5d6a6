"""Promises between parties: grants, orders, and the gate that holds every use to them."""
