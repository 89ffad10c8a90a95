namespace Criterion.Training;

/// <summary>The charts of a run: columns that belong together in one, and each that no chart asks for in one of its own.</summary>
internal static class RunCharts
{
    static readonly (string Title, string[] Columns, bool MayBeLog)[] Known =
    [
        ("Losses", ["discriminator_loss", "generator_loss", "loss", "adversarial", "cycle", "identity"], false),
        ("Losses of the discriminators", ["discriminator_a", "discriminator_b"], false),
        ("What the discriminator says", ["d_real", "d_fake"], false),
        ("Accuracy of the discriminator", ["accuracy"], false),
        ("Gradient norms", ["discriminator_gradient_norm", "generator_gradient_norm", "translator_gradient_norm", "gradient_norm"], true),
        ("Penalty", ["penalty"], true),
        ("Diversity of the samples", ["diversity"], false),
        ("Skipped steps", ["skipped"], false),
    ];

    static readonly Dictionary<string, string> Notes = new()
    {
        ["What the discriminator says"] = "Mean probability of being real where the objective is logistic, mean score otherwise.",
        ["Accuracy of the discriminator"] = "How often a real sample scores above a generated one; 0.5 is guessing.",
        ["Diversity of the samples"] = "How far generated samples lie from one another, as a multiple of how far real ones do.",
    };

    // Columns that say nothing when they never change, and time, which says more about the machine.
    static readonly string[] QuietWhenZero = ["penalty", "skipped", "identity"];

    /// <summary>The charts, those of measures first.</summary>
    public static IEnumerable<Chart> Of(CsvTable losses, CsvTable measures)
    {
        string[] known = ["step", "seconds", .. Known.SelectMany(static chart => chart.Columns)];
        return
        [
            .. measures.Names.Where(static name => name != "step").Select(name => Single(measures, name)),
            .. Known.Select(chart => Together(losses, chart)).Where(static chart => chart.Lines.Count > 0),
            .. losses.Names.Except(known).Select(name => Single(losses, name)),
        ];
    }

    /// <summary>What to say below a chart of that title.</summary>
    public static string Note(string title) => Notes.GetValueOrDefault(title, "");

    static Chart Together(CsvTable table, (string Title, string[] Columns, bool MayBeLog) chart) =>
        new(chart.Title, [.. chart.Columns.Where(name => HasNews(table, name)).Select(name => Line(table, name))])
        {
            MayBeLog = chart.MayBeLog,
            Note = Note(chart.Title),
        };

    static Chart Single(CsvTable table, string name) => new(DisplayName.Title(name), [Line(table, name)]);

    static Series Line(CsvTable table, string name) => new(DisplayName.Of(name), table.Steps, table[name]);

    static bool HasNews(CsvTable table, string name) =>
        table.Names.Contains(name) && table.Count > 0 && !(QuietWhenZero.Contains(name) && table[name].All(static value => value == 0));
}
