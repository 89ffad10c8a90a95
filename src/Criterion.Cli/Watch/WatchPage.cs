using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>The page about runs. Its parts are elements by name, which a browser replaces when they change.</summary>
internal static class WatchPage
{
    /// <summary>The address of the style, relative to the page.</summary>
    public const string Style = "style.css";

    /// <summary>The address of the script.</summary>
    public const string Script = "watch.js";

    /// <summary>The address of the icon.</summary>
    public const string Icon = "icon.png";

    /// <summary>The address of the events.</summary>
    public const string Events = "events";

    /// <summary>The address of a picture.</summary>
    public const string Picture = "picture";

    /// <summary>The parameter with the name of a run.</summary>
    public const string RunKey = "run";

    const string TitlePart = "title";
    const int MostPictures = 12;

    /// <summary>Returns the parts of the page by name, in order.</summary>
    /// <param name="all">All runs, the newest first.</param>
    /// <param name="selected">The selected runs.</param>
    /// <param name="now">The present time.</param>
    public static IReadOnlyList<(string Name, string Html)> Parts(
        IReadOnlyList<WatchedRun> all, IReadOnlyList<WatchedRun> selected, DateTime now) =>
    [
        (TitlePart, Title(selected)),
        Part("runs", Runs(all, selected, now)),
        Part("cards", Html.Grid(selected.Select(run => Card(run, now)), "cards")),
        Part("curves", Html.Section("Curves", Html.Grid(Charts(selected).Select(static chart => chart.Draw())))),
        Part("samples", Html.Section("Earlier samples", Samples(selected))),
        Part("options", Html.Section("Options", Options(selected))),
    ];

    /// <summary>Returns the whole page with its present parts.</summary>
    public static string Whole(IReadOnlyList<(string Name, string Html)> parts) => Html.Page(
        parts[0].Html,
        [
            new XElement("link", new XAttribute("rel", "stylesheet"), new XAttribute("href", Style)),
            new XElement("link", new XAttribute("rel", "icon"), new XAttribute("href", Icon)),
            new XElement("script", new XAttribute("src", Script), new XAttribute("defer", "defer")),
        ],
        new XElement("p", new XAttribute("id", "state"), new XAttribute("role", "status")),
        parts.Skip(1).Select(static part => new XElement("div", new XAttribute("id", $"part-{part.Name}"), Content(part.Html))));

    static XElement? Content(string html) => html.Length == 0 ? null : XElement.Parse(html, LoadOptions.PreserveWhitespace);

    static (string Name, string Html) Part(string name, XElement? content) => (name, content is null ? "" : Html.Text(content));

    static string Title(IReadOnlyList<WatchedRun> selected) => selected switch
    {
        [] => "Criterion: no run yet",
        [{ Record: { } record } run] => $"{Percent(run, record)} {run.Id}: Criterion",
        [var run] => $"{run.Id}: Criterion",
        _ => $"{selected.Count} runs: Criterion",
    };

    static string Percent(WatchedRun run, RunRecord record) =>
        $"{(100 * run.Step / Math.Max(1, record.Steps)).ToString(CultureInfo.InvariantCulture)} %";

    // The list of all runs, of which any can be selected or added to the others.
    static XElement? Runs(IReadOnlyList<WatchedRun> all, IReadOnlyList<WatchedRun> selected, DateTime now) => all.Count switch
    {
        0 => Html.Paragraph("There is no run yet. This page shows the first as soon as it begins."),
        1 => null,
        _ => new XElement(
            "details",
            new XAttribute("open", "open"),
            new XElement("summary", $"{Counted.Of(all.Count, "run")}, {selected.Count} selected"),
            new XElement(
                "div",
                new XAttribute("class", "scroll runs"),
                new XElement("table", new XElement("tbody", all.Select(run => Row(run, selected, now)))))),
    };

    static XElement Row(WatchedRun run, IReadOnlyList<WatchedRun> selected, DateTime now)
    {
        bool isSelected = selected.Contains(run);
        IEnumerable<WatchedRun> others = isSelected ? selected.Where(other => other != run) : selected.Append(run);
        return new XElement(
            "tr",
            isSelected ? new XAttribute("class", "selected") : null,
            new XElement("th", new XAttribute("scope", "row"), new XElement("a", new XAttribute("href", Query(run)), run.Id)),
            new XElement("td", Badge(run, now)),
            new XElement("td", run.Record is { } record ? Progress(run, record) : null),
            new XElement("td", run.Record is { } of ? $"{run.Step} of {of.Steps}" : null),
            new XElement("td", run.Record is { } began ? Minute(began.Started) : null),
            new XElement("td", (isSelected ? selected.Count > 1 : selected.Count < RunBoard.MostShown)
                ? new XElement("a", new XAttribute("href", Query([.. others])), isSelected ? "Remove" : "Compare")
                : null));
    }

    static string Query(params IReadOnlyList<WatchedRun> runs) =>
        $"?{string.Join('&', runs.Select(static run => $"{RunKey}={Uri.EscapeDataString(run.Id)}"))}";

    static string Minute(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    static XElement Card(WatchedRun run, DateTime now) => new(
        "article",
        new XAttribute("class", "card"),
        new XElement("h1", run.Id, " ", Badge(run, now)),
        run.Record is { } record ? Status(run, record, now) : Html.Paragraph("run.json is missing or damaged.", "warn"));

    static IEnumerable<XElement?> Status(WatchedRun run, RunRecord record, DateTime now) =>
    [
        Progress(run, record),
        Html.Paragraph(Outcome(run, record), "note"),
        record.Error is null ? null : new XElement("p", new XAttribute("class", "warn"), new XAttribute("role", "alert"), record.Error),
        run.Silence(now) is { } silence
            ? Html.Paragraph(
                $"No step for {Duration.Words(silence)}. If the run was killed, resume it: criterion train --resume {run.FolderPath}",
                "warn")
            : null,
        new XElement(
            "div",
            new XAttribute("class", "details"),
            new XElement("div", Findings(run, record), Values(run, record)),
            run.Pictures.Count == 0 ? null : Sample(run, run.Pictures[^1], "Latest: ")),
    ];

    // The means of the columns that the charts show.
    static XElement? Values(WatchedRun run, RunRecord record)
    {
        int count = Math.Min(WatchedRun.RecentSteps, run.Losses.Count);
        return count == 0 ? null : Html.Facts(
            $"Means of the last {Counted.Of(count, "step")}",
            from column in record.Columns
            where column.IsCharted && !(column.IsOmittedWhenZero && run.Losses[column.Name].All(static value => value == 0))
            select (DisplayName.Title(column), Axis.Text(run.Losses[column.Name].TakeLast(count).Average())));
    }

    static IEnumerable<XElement?> Findings(WatchedRun run, RunRecord record)
    {
        IEnumerable<(long, Finding)> found = run.Findings.Select(
            static one => (one.Step, one.Finding with { Message = Flags.InPlaceOfNames(one.Finding.Message) }));
        return RunReport.Findings(record, run.Losses.Count, found) is not { } findings ? []
            : [new XElement("h3", new XAttribute("class", run.Findings.Count > 0 ? "found" : ""), "Findings"), findings];
    }

    static XElement Progress(WatchedRun run, RunRecord record) => new(
        "progress",
        new XAttribute("max", record.Steps),
        new XAttribute("value", run.Step),
        new XAttribute("aria-label", $"Step {run.Step} of {record.Steps}"));

    static string Outcome(WatchedRun run, RunRecord record)
    {
        string step = string.Create(CultureInfo.InvariantCulture, $"Step {run.Step:N0} of {record.Steps:N0}");
        string rate = run.SecondsPerStep is not { } seconds ? "" : $" · {NumberText.Significant(seconds * 1000, 3)} ms a step";
        string time = run.IsTraining && run.SecondsPerStep is { } each
            ? $" · {Duration.Words(TimeSpan.FromSeconds((record.Steps - run.Step) * each))} left"
            : record is { Ended: not null, TrainingSeconds: { } whole } ? $" · {Duration.Words(TimeSpan.FromSeconds(whole))} in all" : "";
        return $"{record.Recipe} · {step}{rate}{time} · started {Minute(record.Started)}";
    }

    static XElement Badge(WatchedRun run, DateTime now)
    {
        string status = run.Record is null ? "unreadable" : run.Silence(now) is null ? $"{run.Record.Status}" : "Silent";
        return new XElement("span", new XAttribute("class", $"badge {status.ToLowerInvariant()}"), status.ToLowerInvariant());
    }

    static IEnumerable<Chart> Charts(IReadOnlyList<WatchedRun> selected)
    {
        (string Name, StepColumns Columns, CsvTable Losses, CsvTable Measures)[] runs =
        [
            .. from run in selected
               let record = run.Record
               where record is not null
               select (run.Id, record.Columns, run.Losses, run.Measures),
        ];
        return runs switch
        {
            [] => [],
            [var run] => RunCharts.Of(run.Columns, run.Losses, run.Measures),
            _ => RunCharts.Compare(runs),
        };
    }

    static IEnumerable<XElement?> Samples(IReadOnlyList<WatchedRun> selected) => selected switch
    {
        [{ Record: { } record } run] when run.Pictures.Count > 1 || run.HasReal =>
        [
            Html.Paragraph($"{RunReport.Shows(record)} Select a picture to enlarge it.", "note"),
            Html.Grid(Earlier(run), "pictures"),
        ],
        _ => [],
    };

    // The last before the latest, the first, and some between them, after real images.
    static IEnumerable<XElement> Earlier(WatchedRun run)
    {
        string[] all = [.. run.Pictures.SkipLast(1)];
        IEnumerable<string> chosen = all.Length <= MostPictures
            ? all
            : Enumerable.Range(0, MostPictures).Select(i => all[i * (all.Length - 1) / (MostPictures - 1)]);
        IEnumerable<XElement> real = run.HasReal ? [Shown(run, RunFolder.RealName, "Real images")] : [];
        return real.Concat(chosen.Reverse().Select(name => Sample(run, name, "")));
    }

    static XElement Sample(WatchedRun run, string name, string before)
    {
        string step = Path.GetFileNameWithoutExtension(name)["step-".Length..].TrimStart('0');
        return Shown(run, name, $"{before}{(before.Length > 0 ? "step" : "Step")} {(step.Length == 0 ? "0" : step)}");
    }

    static XElement Shown(WatchedRun run, string name, string caption) => Html.Picture(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Picture}?{RunKey}={Uri.EscapeDataString(run.Id)}&name={Uri.EscapeDataString(name)}&v={run.VersionOf(name)}"),
        $"{caption}.",
        caption);

    static IEnumerable<XElement?> Options(IReadOnlyList<WatchedRun> selected)
    {
        RunRecord[] records = [.. selected.Select(static run => run.Record).OfType<RunRecord>()];
        return records switch
        {
            [] => [],
            [var record] => [Html.Grid(RecordTables.Settings(Json(record), RunReport.Unused(record)), "tables")],
            _ => [Differences([.. selected.Where(static run => run.Record is not null)])],
        };
    }

    static JsonElement Json(RunRecord record) => JsonDocument.Parse(RunJson.Write(record)).RootElement;

    static XElement Differences(IReadOnlyList<WatchedRun> runs)
    {
        Dictionary<string, string>[] facts = [.. runs.Select(static run => Facts(run.Record!))];
        string[][] rows =
        [
            .. facts.SelectMany(static one => one.Keys).Distinct()
                .Select(name => (string[])[name, .. facts.Select(one => one.GetValueOrDefault(name, "–"))])
                .Where(static row => row.Skip(1).Distinct().Count() > 1),
        ];
        return rows.Length == 0
            ? Html.Paragraph("The runs have the same options.")
            : Html.Table("What differs", ["Option", .. runs.Select(static run => run.Id)], rows, "words");
    }

    static Dictionary<string, string> Facts(RunRecord record) => new(
        from part in Json(record).EnumerateObject()
        where part.Value.ValueKind == JsonValueKind.Object && part.Name is not ("quality" or "modes" or "machine")
        from fact in RecordTables.Facts(part.Value, RunReport.Unused(record))
        select KeyValuePair.Create($"{DisplayName.Title(part.Name)}: {fact.Name}", fact.Value));
}
