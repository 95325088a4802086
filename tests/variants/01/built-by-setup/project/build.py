with open("page.html", "w") as page:
    page.write("<!doctype html>\n<title>Chat</title>\n<h1>The chat service is running</h1>\n")
