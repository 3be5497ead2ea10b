def test_app(client):
    assert client.get("/nope").status_code == 404
