using System.CommandLine;
using System.Globalization;
using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion search RUN</c>.</summary>
internal sealed class SearchCommand
{
    // The example of the documentation: 100 images of the class of the query among 1,000, and the margin of its loss.
    const int Same = 100;
    const int Others = 900;
    const double Margin = 0.1;

    readonly Argument<string> _run = new("run") { Description = "Folder of a run of criterion train embedding or train siamese" };

    readonly Option<string?> _query = new("--query")
    {
        Description = "Query: the number of an image of the run's data, or an image file [default: the first image of a held-out class]",
        HelpName = "image",
    };

    readonly Option<string[]> _gallery = new("--gallery")
    {
        Description = $"Images to search: a folder of images, an IDX file or a .npy file [default: up to {Same} images of the query's "
            + $"class and {Others} of other held-out ones]",
        HelpName = "source",
    };

    // Images are resized to those of the run.
    readonly ImageOptions _images = new();

    readonly Option<int> _show = new Option<int>("--show")
    {
        Description = "Number of nearest images to list and draw",
        DefaultValueFactory = _ => 10,
        HelpName = "count",
    }.Within(1, 1000);

    readonly Option<string> _out = new Option<string>("--out")
    {
        Description = "New .png: the query, and the nearest images in order",
        Required = true,
        HelpName = "file",
    }.Must(static path => path.EndsWith(".png", StringComparison.OrdinalIgnoreCase), "a name that ends in .png");

    public static Command Create(ToolConsole console) => new SearchCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("search", "Finds the images nearest to a query by the embeddings of a trained encoder.")
        {
            _run, _query, _gallery, _images.Fit, _images.Range, _images.Background, _images.Damaged, _show, _out,
        };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console)
    {
        string file = Paths.ToCreate(parsed.GetValue(_out)!, _out.Name);
        string folder = parsed.GetValue(_run)!;
        EmbeddingRunRecord record = RunFolder.ReadRecord(folder) as EmbeddingRunRecord
            ?? throw new ToolException($"'{folder}' is not a run of train embedding or train siamese, so it has no encoder. Train one: "
                + "criterion train embedding");
        (ImageDataset query, ImageDataset images, IReadOnlyList<bool>? isSame) = Task(parsed, record, console);
        GallerySearch found = new Gallery(EncoderFile.Read(folder), images).Search(query.Images[0]);
        int[] nearest = [.. found.Ranking.Take(parsed.GetValue(_show))];
        Png.Write(file, ImageGrid.Compose(
            Tensor.Cat([query.Images, images.Select(nearest).Images]), nearest.Length + 1, ImageRange.MinusOneOne));
        DataSources.NoteHidden(console, parsed.GetValue(_gallery)!);
        console.Note(query.Notes.Concat(images.Notes));
        for (int i = 0; i < nearest.Length; i++)
        {
            console.Output.WriteLine(Line(i + 1, nearest[i], found.Cosines[nearest[i]], isSame?[nearest[i]]));
        }

        if (isSame is not null)
        {
            console.Output.WriteLine(Summary(found.Measure(isSame, Margin), nearest.Length, Math.Min(Same, images.Count)));
        }

        console.Output.WriteLine($"The query and {(nearest.Length == 1 ? "the nearest" : $"its {nearest.Length} nearest")} of "
            + $"{Counted.Of(images.Count, "image")} are in {file}");
        return Tool.Success;
    }

    (ImageDataset Query, ImageDataset Images, IReadOnlyList<bool>? IsSame) Task(
        ParseResult parsed, EmbeddingRunRecord record, ToolConsole console)
    {
        ImageDataset data = EmbeddingCommand.Data(record, parsed.GetValue(_run)!, console);
        record.Data.CheckSame(data);
        IReadOnlyCollection<int> classes = Searched(data, record);
        string[] sources = DataSources.Checked(parsed.GetValue(_gallery)!, _gallery.Name);
        int? place = Place(parsed, data, classes);
        string[] files = place is null
            ? [Paths.ToRead(parsed.GetValue(_query)!, _query.Name, "the number of an image, or an image file")]
            : [];
        DataArguments load = _images.Arguments(parsed, [.. files, .. sources]) with
        {
            Size = record.Data.Shape[^1],
            Fit = parsed.IsGiven(_images.Fit) ? _images.FitOf(parsed) : record.Load?.Fit ?? ImageFit.Stretch,
        };
        if (place is { } known && sources.Length == 0 && data.Labels is not null)
        {
            RetrievalTask task = Task(data, known, classes);
            return (data.Select([known]), task.Gallery, task.IsSame);
        }

        ImageDataset query = place is { } own ? data.Select([own]) : One(Load(files, load, record, console));
        return (query, sources.Length == 0 ? Remaining(data, classes, place) : Load(sources, load, record, console), null);
    }

    // Images without labels are searched all, except for the query.
    static ImageDataset Remaining(ImageDataset data, IReadOnlyCollection<int> classes, int? query) => data.Labels is null
        ? data.Select(Enumerable.Range(0, data.Count).Where(place => place != query))
        : data.Only(classes);

    // The number of an image of the run's data, or null for a file.
    int? Place(ParseResult parsed, ImageDataset data, IReadOnlyCollection<int> classes) =>
        parsed.GetValue(_query) is not { } query ? data.Labels is null ? 0 : data.FirstOf(classes)
        : !NumberText.TryParse(query, out long place) ? null
        : place >= 0 && place < data.Count ? (int)place
        : throw new ToolException($"There is no image {query} for {_query.Name}. Expected a number from 0 to {data.Count - 1}: "
            + $"'{data.Source}' has {Counted.Of(data.Count, "image")}.");

    // The held-out classes, or all of them if only images were held out; none without labels.
    static IReadOnlyCollection<int> Searched(ImageDataset data, EmbeddingRunRecord record) => data.Labels is null ? []
        : record.Options.HeldOut.Count > 0 ? record.Options.HeldOut : [.. data.LabelsOf("images are searched by class").Distinct()];

    // As many images as there are, where the data are fewer than those of the documentation.
    static RetrievalTask Task(ImageDataset data, int query, IReadOnlyCollection<int> classes)
    {
        int[] labels = data.LabelsOf("images are searched by class");
        int same = labels.Count(label => label == labels[query]) - 1;
        int others = labels.Count(label => label != labels[query] && classes.Contains(label));
        return RetrievalTask.Of(data, query, classes, Math.Clamp(same, 1, Same), Math.Min(others, Others));
    }

    ImageDataset One(ImageDataset images) => images.Count == 1
        ? images
        : throw new ToolException($"'{images.Source}' of {_query.Name} has {images.Count} images. Expected a file with one.");

    static ImageDataset Load(string[] sources, DataArguments load, EmbeddingRunRecord record, ToolConsole console)
    {
        ImageDataset images = DataLoading.Show(console, (load with { Sources = [.. sources] }).LoadImages);
        return images.Channels == record.Encoder.Channels
            ? images
            : throw new ToolException($"'{images.Source}' has {Counted.Of(images.Channels, "channel")}, but the encoder was trained on "
                + $"{record.Encoder.Channels}. Convert the images.");
    }

    static string Line(int rank, int place, double cosine, bool? isSame) =>
        $"{rank,4}  image {place,4}  cosine "
            + $"{NumberText.Fixed(cosine, 3),6}{(isSame is { } same ? same ? "  same class" : "  another class" : "")}";

    static string Summary(RetrievalQuality quality, int shown, int many) => string.Create(
        CultureInfo.InvariantCulture,
        $"Precision at {shown}: {NumberText.Percent(quality.PrecisionAt(shown), 0)}, at {many}: "
            + $"{NumberText.Percent(quality.PrecisionAt(many), 0)}"
        + $" (chance {NumberText.Percent(quality.Chance, 0)}); first hit at rank {quality.FirstHit};"
        + $" average precision {NumberText.Fixed(quality.AveragePrecision, 3)};"
        + $" CosineEmbeddingLoss with margin {Margin}: {NumberText.Fixed(quality.Loss, 4)}");
}
