"""Whom does it name?"""
