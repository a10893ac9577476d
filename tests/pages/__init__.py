"""Tests of the page table and its shell."""
