"""What is new?"""
