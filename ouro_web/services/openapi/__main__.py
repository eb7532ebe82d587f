from ouro_web.services.openapi.apart import main

main()
