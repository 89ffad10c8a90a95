using System.CommandLine;
using Criterion.Metrics;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion evaluate RUN</c>, <c>criterion evaluate REAL FAKE</c>, <c>criterion evaluate A.png B.png</c>.</summary>
internal sealed class EvaluateCommand
{
    readonly Argument<string> _real = new("real")
    {
        Description = "The folder of a run alone, which is measured against its own data; or "
            + $"{ImageDataset.FashionMnistName} (embedded), {GaussianRing.Name} (points), a folder of images, an image, an IDX file, or a "
            + ".npy file of images or of features [N, D]",
    };

    readonly Argument<string?> _fake = new("fake")
    {
        Description = "The samples to compare with it: the same kinds of sources, or the folder of a run. Two images are compared pixel by "
            + "pixel",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<int> _count = new Option<int>("--count")
    {
        Description = "Number of samples that the generator of a run draws",
        DefaultValueFactory = _ => 5000,
        HelpName = "count",
    }.Within(Evaluation.LeastSamples, 100_000);

    readonly Option<ulong> _seed = CommonOptions.Seed("Seed of the drawn samples and of the subsets that are compared");

    readonly ImageOptions _images = new();

    readonly Option<bool> _retrieval = CommonOptions.Flag(
        "--retrieval",
        "Measure how well embeddings find others of their label: REAL is a .npy file of floats [N, D], FAKE one of labels [N]");

    readonly InceptionOptions _inception = new();

    readonly PairOptions _pairs;

    readonly Option<bool> _json = CommonOptions.Flag("--json", "Print JSON instead of the table");

    readonly Option<int> _threads = CommonOptions.Threads();

    readonly ToolConsole _console;

    EvaluateCommand(ToolConsole console) => (_console, _pairs) = (console, new(_inception.Weights));

    public static Command Create(ToolConsole console) => new EvaluateCommand(console).Build();

    Command Build()
    {
        Command command = new("evaluate",
            "Measures the distance between generated and real samples, in the features of an embedded classifier, of Inception, or in "
                + "given ones; the similarity of two images; the perceptual distance of pairs; or how well embeddings find others of their "
                + "label.")
        {
            _real, _fake, _retrieval, _count, _seed, _images.All, _inception.All, _pairs.All, _json, _threads,
        };
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    int Run(ParseResult parsed)
    {
        Compute.Threads = parsed.GetValue(_threads);
        string first = parsed.GetValue(_real)!;
        if (parsed.GetValue(_retrieval))
        {
            return OfRetrieval(parsed, first, parsed.GetValue(_fake));
        }

        if (_pairs.AreMeasured(parsed))
        {
            return OfPairs(parsed, first, parsed.GetValue(_fake));
        }

        return parsed.GetValue(_fake) is not { } second ? OfRun(parsed, first)
            : ImageSource.IsPicture(first) && ImageSource.IsPicture(second) ? OfImages(parsed, first, second)
            : OfSets(parsed, [Checked(first, _real), Checked(second, _fake)]);
    }

    // The run knows its data, and how they were loaded.
    int OfRun(ParseResult parsed, string path)
    {
        if (RunFolder.Holds(path) is null)
        {
            throw new ToolException($"'{UsageErrors.Shorten(path)}' is not the folder of a run, and only a run is measured alone. "
                + $"Give the samples to compare with it: criterion evaluate {UsageErrors.Shorten(path)} FAKE");
        }

        RunRecord record = RunFolder.ReadRecord(path);
        RefuseUnused(parsed, _images.All, $"'{path}' is measured on its own data, as they were loaded");
        return record switch
        {
            GanRunRecord gan => OfGan(parsed, path, gan),
            EmbeddingRunRecord encoder => OfEmbedding(parsed, path, encoder),
            CutRunRecord => OfTranslator(parsed, path, record, CutRun.Evaluate, EvaluationJson.Write, CutCommand.Line),
            PairedRunRecord paired => OfTranslator(
                parsed,
                path,
                record,
                folder => DataLoading.Show(_console, progress => PairedRun.Evaluate(folder, progress)),
                EvaluationJson.Write,
                quality => PairedCommand.Line(paired, quality)),
            _ => OfTranslator(parsed, path, record, CycleGanRun.Evaluate, EvaluationJson.Write, CycleGanCommand.Lines),
        };
    }

    int OfGan(ParseResult parsed, string path, GanRunRecord record)
    {
        if (!FeatureSet.IsDrawn(path))
        {
            throw new ToolException($"There is no '{Path.Combine(path, GeneratorFile.Name)}': the run is unfinished. Resume it: "
                + $"criterion train --resume {path}");
        }

        (int count, ulong seed) = (parsed.GetValue(_count), parsed.GetValue(_seed));
        FidInception? inception = _inception.Load(parsed);
        FeatureSet fake = FeatureSet.Load(path, count, seed, inception: inception);
        Dataset data = DataLoading.Show(_console, (record.Load ?? throw TrainCommand.InMemory(path)).Load);
        record.Data.CheckSame(data);
        FeatureSet real = data is PointDataset { Source: GaussianRing.Name }
            ? FeatureSet.Load(GaussianRing.Name, count, seed)
            : FeatureSet.Of(data, inception);
        return Compare(parsed, real, fake);
    }

    int OfEmbedding(ParseResult parsed, string path, EmbeddingRunRecord record)
    {
        RefuseUnused(parsed, [_count, _seed, .. _inception.All], $"'{path}' is a run of {record.Recipe}, which draws no samples");
        ImageDataset data = EmbeddingCommand.Data(record, path, _console);
        EmbeddingQuality quality = EmbeddingRun.Evaluate(record, EncoderFile.Read(path), data);
        _console.Note(data.Notes);
        _console.Output.WriteLine(parsed.GetValue(_json)
            ? EvaluationJson.Write(quality)
            : EmbeddingCommand.Line(quality, record.Options.HeldOut.Count > 0));
        return Tool.Success;
    }

    int OfTranslator<TQuality>(
        ParseResult parsed,
        string path,
        RunRecord record,
        Func<string, TQuality?> evaluate,
        Func<TQuality, string> json,
        Func<TQuality, string> text)
        where TQuality : class
    {
        RefuseUnused(parsed, [_count, _seed, .. _inception.All], $"'{path}' is a run of {record.Recipe}, which draws no samples");
        TQuality quality = evaluate(path) ?? throw new ToolException(
            $"'{path}' is a run of {record.Recipe} on images without pairs, so the distance of a translation to the true image is unknown. "
            + "Expected a run on the built-in garments and sketches, or of another kind.");
        _console.Output.WriteLine(parsed.GetValue(_json) ? json(quality) : text(quality));
        return Tool.Success;
    }

    int OfImages(ParseResult parsed, string image, string reference)
    {
        RefuseUnused(
            parsed, [_count, _seed, _images.Range, _images.Damaged, .. _inception.All], "two images are compared pixel by pixel");
        Paths.ToRead(image, _real.Name, "an image file");
        Paths.ToRead(reference, _fake.Name, "an image file");
        ImageComparison comparison = ImageComparison.Of(
            image, reference, parsed.GetValue(_images.Background) ?? 1, parsed.GetValue(_images.Size), _images.FitOf(parsed));
        _console.Note(comparison.Notes);
        _console.Output.WriteLine(parsed.GetValue(_json) ? EvaluationJson.Write(comparison) : Table(comparison, _console.TableWidth));
        return Tool.Success;
    }

    int OfRetrieval(ParseResult parsed, string embeddings, string? labels)
    {
        RefuseUnused(
            parsed, [_count, .. _images.All, .. _inception.All, .. _pairs.All], "embeddings are numbers, and none is drawn");
        Paths.ToRead(embeddings, _real.Name, "a .npy file of embeddings [N, D]");
        if (labels is null)
        {
            throw new ToolException($"{_retrieval.Name} needs two files. Give the labels of the embeddings too: criterion evaluate "
                + $"{_retrieval.Name} {UsageErrors.Shorten(embeddings)} LABELS.npy");
        }

        Paths.ToRead(labels, _fake.Name, "a .npy file of labels [N]");
        RetrievalSummary summary = RetrievalSummary.Of(embeddings, labels, parsed.GetValue(_seed));
        _console.Output.WriteLine(parsed.GetValue(_json) ? EvaluationJson.Write(summary) : Table(summary, _console.TableWidth));
        return Tool.Success;
    }

    int OfPairs(ParseResult parsed, string real, string? fake)
    {
        RefuseUnused(parsed, [_count, _seed, .. _inception.OfFeatures], "pairs are compared image by image, and none is drawn");
        if (fake is null)
        {
            throw new ToolException("Pairs need two sources. Give the counterparts too: criterion evaluate "
                + $"{UsageErrors.Shorten(real)} FAKE {_pairs.All[0].Name} …");
        }

        string[] sources =
            [DataSources.Checked([real], _real.Name)[0], DataSources.Checked([fake], _fake.Name)[0]];
        DataArguments given = _images.Arguments(parsed, sources);
        SourcePairs pairs = new(given with { Sources = [sources[0]] }, given with { Sources = [sources[1]] });
        (ImageMetric metric, string name) = _pairs.Load(parsed);
        PairedDistance distance = DataLoading.Show(_console, progress => PairedDistance.Of(metric, name, pairs, progress));
        _console.Note(distance.Notes);
        _console.Output.WriteLine(parsed.GetValue(_json) ? EvaluationJson.Write(distance) : Table(distance, _console.TableWidth));
        return Tool.Success;
    }

    int OfSets(ParseResult parsed, string[] sources)
    {
        if (!sources.Any(FeatureSet.IsDrawn))
        {
            RefuseUnused(parsed, [_count], "it is the number of samples that the generator of a run draws, and neither set is a run");
        }

        DataArguments given = _images.Arguments(parsed, sources);
        DataArguments load = given with { Size = given.Size ?? sources.Select(SizeOf).FirstOrDefault(static size => size is not null) };
        FidInception? inception = _inception.Load(parsed);
        FeatureSet real = Load(parsed, sources[0], load, inception);
        FeatureSet fake = Load(parsed, sources[1], load, inception);
        DataSources.NoteHidden(_console, sources);
        return Compare(parsed, real, fake);
    }

    int Compare(ParseResult parsed, FeatureSet real, FeatureSet fake)
    {
        Evaluation evaluation = Evaluation.Of(real, fake, parsed.GetValue(_seed));
        _console.Note(real.Notes.Concat(fake.Notes));
        _console.Output.WriteLine(parsed.GetValue(_json) ? EvaluationJson.Write(evaluation) : Table(evaluation, _console.TableWidth));
        return Tool.Success;
    }

    FeatureSet Load(ParseResult parsed, string source, DataArguments load, FidInception? inception) =>
        DataLoading.Show(_console, progress => FeatureSet.Load(
            source,
            parsed.GetValue(_count),
            parsed.GetValue(_seed),
            () => (load with { Sources = [source] }).LoadImages(progress),
            inception));

    // Images that are compared with a run are resized like those that it was trained on.
    static int? SizeOf(string source) => !DataArguments.IsBuiltIn(source) && RunFolder.Holds(source) == "run"
        ? (RunFolder.ReadRecord(source) as GanRunRecord)?.Load?.Size
        : null;

    static void RefuseUnused(ParseResult parsed, IEnumerable<Option> options, string why)
    {
        if (options.FirstOrDefault(parsed.IsGiven) is { } unused)
        {
            throw new ToolException($"{unused.Name} has no effect here: {why}. Remove it.");
        }
    }

    static string Checked(string source, Argument argument) => DataSources.Checked([source], argument.Name, areDrawn: true)[0];

    static string Table(RetrievalSummary of, int width) => string.Join('\n',
    [
        $"{Counted.Of(of.Count, "embedding")} of {of.Dimensions} values, {Counted.Of(of.Labels, "label")}, compared by their cosine",
        .. of.Unmatched > 0 ? [$"{of.Unmatched} alone in their label are no queries"] : (string[])[],
        "",
        TextLayout.Columns(Rows(of).Select(static row => (string[])[row.Name, row.Value, row.Meaning]), width),
    ]);

    static IEnumerable<(string Name, string Value, string Meaning)> Rows(RetrievalSummary of)
    {
        yield return ("Recall@1", Number(of.RecallAt1), "share of queries whose nearest neighbour has their label; 95 % interval");
        yield return ($"Recall@{of.K}", Number(of.RecallAtK), $"share of queries with one of their label among the first {of.K}");
        yield return ($"Precision@{of.K}", Number(of.PrecisionAtK), $"share of the first {of.K} that have the query's label");
        yield return ("R-precision", Number(of.RPrecision), "the same of the first R, where R others have the label");
        yield return ("MAP@R", Number(of.MeanAveragePrecisionAtR), "R-precision that rewards an early place");
        yield return ("mean average precision", Number(of.MeanAveragePrecision), "of the whole ranking");
        yield return ("mean reciprocal rank", Number(of.MeanReciprocalRank), "1 / the place of the first of the label");
        if (of.NormalizedMutualInformation is { } normalized)
        {
            yield return ("NMI", Number(normalized), "agreement of k-means and labels, from 0 to 1");
            yield return ("AMI", Number(of.AdjustedMutualInformation!.Value), "the same without what chance gives");
        }
    }

    static string Number(RetrievalMeasure of) => $"{Number(of.Value)} [{Number(of.Low)}, {Number(of.High)}]";

    static string Table(PairedDistance of, int width) => string.Join('\n',
    [
        $"real: {of.Real}",
        $"fake: {of.Fake}",
        $"size: {new Size2(of.Height, of.Width)}, {Counted.Of(of.Pairs, "pair")}",
        "",
        TextLayout.Columns(
            [[
                of.Metric,
                $"{Number(of.Distance.Mean)}{(of.Distance.Margin is { } margin ? $" ± {Number(margin)}" : "")}",
                $"lower is better; 0 for identical images{(of.Pairs > 1 ? "; ± 95 % interval of the mean" : "")}",
            ]],
            width),
    ]);

    static string Table(ImageComparison of, int width) => string.Join('\n',
    [
        $"image:     {of.Image}",
        $"reference: {of.Reference}",
        $"size:      {new Size2(of.Height, of.Width)}, {Counted.Of(of.Channels, "channel")}",
        "",
        TextLayout.Columns(Rows(of).Select(static row => (string[])[row.Name, row.Value, row.Meaning]), width),
    ]);

    static IEnumerable<(string Name, string Value, string Meaning)> Rows(ImageComparison of)
    {
        const string Small = "needs images of at least 11 pixels a side";
        bool isSmall = of.Ssim is null;
        yield return ("PSNR", $"{Number(of.Psnr)} dB", "higher is better: 20 is poor, 30 fair, 40 good; infinite for identical images");
        yield return ("SSIM", isSmall ? "-" : Number(of.Ssim!.Value), isSmall ? Small : "higher is better; 1 for identical images");
        yield return ("MS-SSIM", isSmall ? "-" : Number(of.MultiScaleSsim!.Value), isSmall ? Small
            : of.Scales == 5 ? "higher is better; 1 for identical images"
            : $"by {Counted.Of(of.Scales, "scale")}, since 5 need images of at least 161 pixels a side");
        yield return ("mean absolute error", Number(of.MeanAbsoluteError), "lower is better; values from 0 to 255");
        yield return ("mean squared error", Number(of.MeanSquaredError), "lower is better; values from 0 to 255");
    }

    static string Table(Evaluation evaluation, int width)
    {
        MetricSamples samples = evaluation.Frechet.Samples;
        return string.Join('\n',
        [
            $"real: {evaluation.Real}, {Counted.Of(samples.Real, "sample")}",
            $"fake: {evaluation.Fake}, {Counted.Of(samples.Fake, "sample")}",
            $"by:   {samples.Features}, {samples.Dimensions} features per sample",
            "",
            TextLayout.Columns(Rows(evaluation).Select(static row => (string[])[row.Name, row.Value, row.Meaning]), width),
            .. evaluation.Warnings.Select(static warning => $"warning: {warning}"),
        ]);
    }

    static IEnumerable<(string Name, string Value, string Meaning)> Rows(Evaluation of)
    {
        yield return ("Fréchet distance", Number(of.Frechet.Value), "lower is better; 0 for equal distributions");
        if (of.FrechetExtrapolated is { } extrapolated)
        {
            yield return ("  of infinitely many", Number(extrapolated.Value), "extrapolated, without the bias of few fakes");
        }

        if (of.FrechetIntraClass is { } intraClass)
        {
            yield return ("  within classes", Number(intraClass), "mean Fréchet distance of one class each; lower is better");
        }

        yield return ("kernel distance", $"{Number(of.Kernel.Value)} ± {Number(of.Kernel.StandardError)}",
            "lower is better; ± standard error");
        if (of.InceptionFake is { } fake)
        {
            yield return ("inception-style score", $"{Number(fake.Value)} ± {Number(fake.StandardDeviation)}",
                $"higher is better; {Number(of.InceptionReal!.Value)} for the real samples");
        }

        yield return ("precision", Number(of.PrecisionRecall.Precision), "quality: share of fakes within the real samples");
        yield return ("recall", Number(of.PrecisionRecall.Recall), "variety: share of real samples within the fakes");
        yield return ("density", Number(of.DensityCoverage.Density), "quality; about 1 for equal distributions");
        yield return ("coverage", Number(of.DensityCoverage.Coverage), "variety: share of real samples with a fake nearby");
        if (of.Modes is { } modes)
        {
            yield return ("modes", $"{modes.Found} of {modes.Modes}", "variety: modes with points within 3 standard deviations");
            yield return ("  points of high quality", Number(modes.HighQuality),
                "quality: share of fakes within 3 standard deviations of a mode");
        }
    }

    static string Number(double value) => NumberText.Significant(value, 4);
}
