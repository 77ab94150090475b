"""Who runs the steps, and when?"""
