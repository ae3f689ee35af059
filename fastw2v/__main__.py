"""python -m fastw2v"""

from fastw2v.cli import main

if __name__ == "__main__":
    main()
