/// <summary>Requests to a service: each topic, a verb with an object, in each phrasing, an opening with an ending.</summary>
static class Requests
{
    static readonly string[] Openings = ["How can I", "I would like to", "Hello, could somebody help me to", "Is it possible to"];

    static readonly string[] Endings =
        ["in the new version of the app?", "before the weekend, please.", "today, if your team has time?", "without calling the hotline?"];

    public static readonly string[] Topics =
    [
        .. from verb in (string[])["cancel", "change", "find", "share", "print", "translate"]
           from item in (string[])["my ticket", "the last order", "a gift card", "the invoice", "our schedule"]
           select $"{verb} {item}",
    ];

    /// <summary>Gets the phrasings; the last four combine each opening with an ending that no phrasing before combines it with.</summary>
    public static string[] Phrasings =>
    [
        .. from shift in Enumerable.Range(1, Endings.Length)
           from i in Enumerable.Range(0, Openings.Length)
           select $"{Openings[i]} {{0}} {Endings[(i + shift) % Endings.Length]}",
    ];

    /// <summary>Gets the texts, topic by topic.</summary>
    public static IEnumerable<string> Texts =>
        from topic in Topics
        from phrasing in Phrasings
        select string.Format(null, phrasing, topic);
}
