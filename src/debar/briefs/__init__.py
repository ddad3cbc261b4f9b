"""The case in one offline file that checks itself and answers "what if this fact is struck?".

Law: a brief is made from what was decided and adds nothing to it. Whatever it shows is sealed, whatever
it computes in a browser is computed the same way here, and both say the same.
"""
