"""`python -m biasaudit` is the command `biasaudit`."""

from biasaudit.cli import main

if __name__ == "__main__":
    main()
