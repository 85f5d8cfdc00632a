-- English words that say little of a customer, and the words of stars, which say what the rating says.
-- Grain: one row per word, in lower case and without apostrophes.
-- Reads: none
-- Params: none
SELECT
    explode(
        split(
            'about above after again against all also although always and another any anyone anything are '
            || 'arent around back because been before being below between both but came can cant cannot come '
            || 'could couldnt did didnt does doesnt doing dont done down during each either else even ever every '
            || 'everything few for from further get gets getting give given gives goes going gone got had hadnt '
            || 'has hasnt have havent having hed hes hence her here heres hers herself him himself his how '
            || 'however ill ive into isnt itll its itself just keep kept know let lets like made make makes '
            || 'making many may maybe might more most much must myself neither never next nor not nothing now '
            || 'off often once one ones only onto other others our ours ourselves out over own per perhaps put '
            || 'quite rather really said same say says see seem seems seen several she shes should shouldnt '
            || 'since some someone something somewhat soon star stars still such take taken takes than that '
            || 'thats the their theirs them themselves then there theres therefore these they theyd theyll '
            || 'theyre theyve thing things this those though through thus too took toward two three four five '
            || 'under until upon use used uses using very want was wasnt way wed well were weve went werent what '
            || 'whats whatever when where whether which while who whos whole whom whose why will with within '
            || 'without wont would wouldnt yes yet you youd youll youre youve your yours yourself yourselves',
            ' '
        )
    ) AS word
