"""A provisioner in miniature: instances of an application, each in a namespace of its own."""
