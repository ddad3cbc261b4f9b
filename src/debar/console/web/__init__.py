"""How a browser is answered: who asks, may they, what is shown, what is done.

Law: an address without a stated reader does not exist; every page is also JSON of the same document; nothing
of a page comes from another host.
"""
