// The words of RandomPet. The provider has longer lists.

export const adverbs =
  "barely boldly briefly calmly clearly deeply easily fairly firmly freely gently gladly hardly hugely kindly lightly mostly nearly neatly openly partly plainly poorly quickly quietly rarely safely simply slowly softly surely warmly".split(
    " ",
  );

export const adjectives =
  "able brave bright busy calm clean clever cool cosmic eager early fair fond free fresh glad good grand happy honest keen kind light loyal lucky merry modest neat noble polite proud quick quiet rapid ready sharp smart solid steady sunny swift tidy true warm wise witty young".split(
    " ",
  );

export const petNames =
  "badger bat bear beetle bird bison boar camel cat cobra crab crane crow deer dog dove duck eagle eel elk falcon ferret finch fox frog gecko goat goose hare hawk hen heron horse ibex jay koala lamb lark lion lizard lynx mole moose moth mouse newt otter owl panda pony puma quail rabbit ram raven robin salmon seal shark sheep shrew skunk snail stork swan tapir tiger toad trout turtle viper vole walrus wasp whale wolf wren yak zebra".split(
    " ",
  );
