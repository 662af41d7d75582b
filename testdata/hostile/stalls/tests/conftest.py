import part

part.stall("collect")
