"""The commands of what follows a decision: its statements, its appeals, its reversal.

Law: as all commands, they read options and print answers.
"""
