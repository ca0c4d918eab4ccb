print("ossgate")
