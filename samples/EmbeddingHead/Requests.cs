/// <summary>Requests to a service: each topic, a verb with an object, in each phrasing.</summary>
static class Requests
{
    public static readonly string[] Phrasings =
    [
        "How can I {0} in the new version of the app?",
        "I would like to {0}, please, and cannot find where.",
        "Hello, could somebody from your team help me to {0} today?",
        "{0}: that is what I have been trying to do for an hour.",
        "Your page explains everything else, but not how customers {0}.",
        "Is it possible to {0} without calling the hotline again?",
        "Hi team, is there a way for me to {0} from my phone?",
        "Please tell somebody that I need to {0} before the weekend.",
        "I cannot {0} and your help page does not say why.",
    ];

    public static readonly string[] Topics =
    [
        .. from verb in (string[])["cancel", "change", "find", "share", "print", "translate"]
           from item in (string[])["my ticket", "the last order", "a gift card", "the invoice", "my booking", "the manual", "our schedule"]
           select $"{verb} {item}",
    ];

    /// <summary>Gets the texts, topic by topic.</summary>
    public static IEnumerable<string> Texts =>
        from topic in Topics
        from phrasing in Phrasings
        select string.Format(null, phrasing, topic);
}
