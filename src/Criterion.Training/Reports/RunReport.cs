using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// Writes the report of a run as one self-contained page, <c>report.html</c>: findings, results, curves, pictures and options. Every run
/// writes one at its end.
/// </summary>
public static class RunReport
{
    /// <summary>The name of the file in a run folder.</summary>
    public const string Name = "report.html";

    const int MostPictures = 6;

    // The last picture and the real images are the ones to look at.
    const double LargeShare = 2;

    /// <summary>Returns the report of the run in a folder, which may be unfinished.</summary>
    /// <param name="folder">The folder of the run.</param>
    /// <exception cref="TrainingException">The folder is not that of a run.</exception>
    public static string Of(string folder) => Of(folder, RunFolder.ReadRecord(folder));

    /// <summary>Returns the report of a run whose record is not written yet.</summary>
    internal static string Of(string folder, RunRecord record)
    {
        CsvTable losses = CsvTable.Read(Path.Combine(folder, RunFolder.LossesName));
        CsvTable measures = CsvTable.Read(Path.Combine(folder, RunFolder.MeasuresName));
        using JsonDocument json = JsonDocument.Parse(RunJson.Write(record));
        return Html.Page(
            $"{record.Recipe}: training run",
            new XElement("h1", record.Recipe),
            Html.Paragraph(Outcome(record, losses), "note"),
            record.Error is null ? null : new XElement("p", new XAttribute("class", "warn"), new XAttribute("role", "alert"), record.Error),
            Html.Section("Findings", Findings(record, losses.Count, Replayed(record, losses))),
            Html.Section("Results", Html.Grid(RecordTables.Results(json.RootElement), "tables")),
            Html.Section("Curves", Html.Grid(RunCharts.Of(record.Columns, losses, measures).Select(static chart => chart.Draw()))),
            Html.Section("Samples over time", Pictures(folder, record)),
            Html.Section("In numbers", losses.Count == 0 ? null : Numbers(record.Columns, losses)),
            Html.Section("How it was made", Html.Grid(RecordTables.Settings(json.RootElement, Unused(record)), "tables")));
    }

    /// <summary>The judgement of a run that no health check examined.</summary>
    internal static string TooFewSteps(long first) => $"Too few steps: the health checks begin at step {first}.";

    static string Outcome(RunRecord record, CsvTable losses)
    {
        string time = record is { Ended: not null, TrainingSeconds: { } seconds } ? " in "
            + $"{Duration.Words(TimeSpan.FromSeconds(seconds))}" : "";
        string speed = losses.Count == 0
            ? ""
            : $" Half of the steps took less than {NumberText.Significant(losses.Median("seconds") * 1000, 3)} ms each.";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Status} after {record.StepsDone} of {Counted.Of(record.Steps, "step")}{time}. ")
            + string.Create(CultureInfo.InvariantCulture, $"Started {record.Started:yyyy-MM-dd HH:mm}.{speed}");
    }

    static IReadOnlyList<(long Step, Finding Finding)> Replayed(RunRecord record, CsvTable losses) => record switch
    {
        GanRunRecord gan => TrainingMonitor.Replay(losses, gan.Options.Objective),
        EmbeddingRunRecord encoder => EmbeddingMonitor.Replay(losses, encoder.Options.Loss),
        PairedRunRecord paired => PairedMonitor.Replay(losses, paired.Options.Objective),
        _ => [],
    };

    /// <summary>Creates the list of findings; null for a run without health checks.</summary>
    /// <param name="record">The record of the run.</param>
    /// <param name="steps">The number of steps that were examined.</param>
    /// <param name="found">The findings by step.</param>
    internal static XElement? Findings(RunRecord record, int steps, IEnumerable<(long Step, Finding Finding)> found) => record switch
    {
        GanRunRecord gan => Findings(
            [
                .. found.Select(Text),
                .. gan.Measure is not null && FeatureDomain.Check(gan.Data) is { } unsuited ? [unsuited.Message] : Array.Empty<string>(),
            ],
            steps < TrainingMonitor.FirstCheck ? TooFewSteps(TrainingMonitor.FirstCheck) : null,
            "None: no network won for long, the samples did not collapse, gradients did not vanish, and no steps were skipped."),
        EmbeddingRunRecord => Findings(
            [.. found.Select(Text)],
            steps < EmbeddingMonitor.FirstCheck ? TooFewSteps(EmbeddingMonitor.FirstCheck) : null,
            "None: the embeddings did not collapse, the loss was below that of equal embeddings, and no steps were skipped."),
        PairedRunRecord => Findings(
            [.. found.Select(Text)],
            steps < PairedMonitor.FirstCheck ? TooFewSteps(PairedMonitor.FirstCheck) : null,
            "None: the discriminator did not win for long, and no steps were skipped."),
        _ => null,
    };

    static XElement Findings(string[] all, string? tooFew, string none) => new(
        "div",
        all.Length > 0 ? Html.Bullets(all) : null,
        tooFew is not null ? Html.Paragraph(tooFew)
        : all.Length > 0 ? null
        : Html.Paragraph(none));

    static string Text((long Step, Finding Finding) one) => $"Step {one.Step}: {one.Finding.Message}";

    /// <summary>Returns the options of the record that have no effect on this run.</summary>
    internal static string[] Unused(RunRecord record) => record is not GanRunRecord { Options: { } options } ? [] :
    [
        .. options.Objective is BoundaryEquilibriumGanLoss ? Array.Empty<string>() : ["equilibrium"],
        .. options.Optimizer == GanOptimizer.Adam ? Array.Empty<string>() : ["beta1", "beta2"],
        .. options.AverageDecay > 0 ? Array.Empty<string>() : ["averageDecay"],
        .. options.ClassWeight > 0 ? Array.Empty<string>() : ["classWeight", "classifyFakes"],
        .. options.GradientClip > 0 ? Array.Empty<string>() : ["gradientClip"],
    ];

    // The first, the last, and some between them, beside real images.
    static IEnumerable<XElement?> Pictures(string folder, RunRecord record)
    {
        string samples = Path.Combine(folder, RunFolder.SamplesName);
        string[] all = Directory.Exists(samples) ? [.. Directory.GetFiles(samples, "step-*.png").Order(StringComparer.Ordinal)] : [];
        if (all.Length == 0)
        {
            return [];
        }

        string[] chosen = all.Length <= MostPictures
            ? all
            : [.. Enumerable.Range(0, MostPictures).Select(i => all[i * (all.Length - 1) / (MostPictures - 1)])];
        string real = Path.Combine(samples, RunFolder.RealName);
        string[] files = File.Exists(real) ? [.. chosen, real] : chosen;
        (byte[][] pictures, bool areReduced) = ReportPictures.Fit(
            [.. files.Select(file => (file, file == chosen[^1] || file == real ? LargeShare : 1))]);
        string shows = Shows(record);
        string note = $"{shows} Select a picture to enlarge it."
            + (areReduced ? $" Large pictures are reduced; those in {RunFolder.SamplesName}/ have all pixels." : "");
        return
        [
            Html.Paragraph(note, "note"),
            Html.Grid(files.Zip(pictures, (file, png) => file == real ? Real(png) : Picture(file, png, shows)), "pictures"),
        ];
    }

    /// <summary>Embeds the picture of real images.</summary>
    internal static XElement Real(byte[] png) => Html.Picture(png, "Grid of real images of the data.", "Real images");

    /// <summary>Describes the pictures of samples.</summary>
    internal static string Shows(RunRecord record) => record switch
    {
        CycleGanRunRecord => "Each row is an image of A, its translation to B, and that back to A; "
            + "then an image of B, its translation to A, and that back to B.",
        CutRunRecord => "Each image of A is followed by its translation to B, and by the true image where it is known.",
        EmbeddingRunRecord => "Each row is an image that was held out from training, and the images nearest to it.",
        PairedRunRecord { Translator: SuperResolver } => "Each row is two held-out images: reduced, enlarged bicubically, enlarged by the "
            + "network, and the true image.",
        PairedRunRecord => "Each row is two held-out pairs: the input, the output, and the true image.",
        GanRunRecord { Modes: not null } => "Generated points over the modes of the data, from the same latents each time.",
        _ => "Generated samples, from the same latents each time.",
    };

    static XElement Picture(string file, byte[] png, string shows)
    {
        string step = Path.GetFileNameWithoutExtension(file)["step-".Length..].TrimStart('0');
        string caption = $"Step {(step.Length == 0 ? "0" : step)}";
        return Html.Picture(png, $"{caption}. {shows}", caption);
    }

    static XElement Numbers(StepColumns columns, CsvTable losses)
    {
        int part = Math.Max(1, losses.Count / 10);
        string share = part == 1 ? "" : $" {part} steps, mean";
        return Html.Table(
            "Columns of losses.csv",
            ["", $"First{share}", $"Last{share}", "Least", "Greatest", "Meaning"],
            losses.Names.Where(static name => name != "step")
                .Select(name => Summary(name, columns.FirstOrDefault(column => column.Name == name), losses[name], part)),
            "explained");
    }

    static string[] Summary(string name, StepColumnAttribute? column, double[] values, int part) =>
    [
        column is null ? DisplayName.Title(name) : DisplayName.Title(column),
        Axis.Text(Mean(values.Take(part))),
        Axis.Text(Mean(values.TakeLast(part))),
        Axis.Text(values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min()),
        Axis.Text(values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max()),
        column?.Description ?? "",
    ];

    static double Mean(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
