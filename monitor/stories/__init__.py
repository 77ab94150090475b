"""Have we told it?"""
