"""The gallery: certificates and scripts for a few claims, and what checks them."""
