"""Who must hear, and how?"""
