"""SMCP over its input and output."""
import smcp

smcp.stdio()
