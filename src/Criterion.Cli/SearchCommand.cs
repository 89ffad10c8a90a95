using System.CommandLine;
using System.Globalization;
using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion search RUN</c>.</summary>
internal sealed class SearchCommand
{
    // The example of the documents: a hundred images of the query's class among a thousand, and their margin.
    const int Same = 100;
    const int Others = 900;
    const double Margin = 0.1;

    readonly Argument<string> _run = new("run") { Description = "The folder that train siamese left" };

    readonly Option<string?> _query = new("--query")
    {
        Description = "What to look for: the number of an image of the run's data, or a PNG file [default: the first image of a held-out class]",
        HelpName = "image",
    };

    readonly Option<string[]> _gallery = new("--gallery")
    {
        Description = $"Where to look: a folder of PNGs, an IDX file or a .npy file [default: {Same} images of the query's class and {Others} of the other held-out classes]",
        HelpName = "source",
    };

    readonly Option<int> _show = new Option<int>("--show")
    {
        Description = "How many of the nearest to list and to draw",
        DefaultValueFactory = _ => 10,
        HelpName = "count",
    }.Within(1, 1000);

    readonly Option<string> _out = new Option<string>("--out")
    {
        Description = "A new .png: the query, and the nearest in their order",
        Required = true,
        HelpName = "file",
    }.Must(static path => path.EndsWith(".png", StringComparison.OrdinalIgnoreCase), "a name that ends in .png");

    public static Command Create(ToolConsole console) => new SearchCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("search", "Finds the images that are most like a query, by the embeddings of a trained Siamese network.") { _run, _query, _gallery, _show, _out };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console)
    {
        string file = Tool.NewFile(parsed.GetValue(_out)!);
        string folder = parsed.GetValue(_run)!;
        SiameseRunRecord record = RunFolder.ReadRecord(folder) as SiameseRunRecord
            ?? throw new TrainingException($"'{folder}' is no run of train siamese, which makes the encoder that a search needs.");
        (Tensor query, ImageDataset images, IReadOnlyList<bool>? isSame) = Task(parsed, record);
        GallerySearch found = new Gallery(EncoderFile.Read(folder), images).Search(query);
        int[] nearest = [.. found.Ranking.Take(parsed.GetValue(_show))];
        Png.Write(file, ImageGrid.Compose(Tensor.Cat([query.Unsqueeze(0), images.Select(nearest).Images]), columns: nearest.Length + 1));
        for (int i = 0; i < nearest.Length; i++)
        {
            console.Output.WriteLine(Line(i + 1, nearest[i], found.Cosines[nearest[i]], isSame?[nearest[i]]));
        }

        if (isSame is not null)
        {
            console.Output.WriteLine(Summary(found.Measure(isSame, Margin), nearest.Length));
        }

        console.Output.WriteLine($"The query and its {nearest.Length} nearest of {images.Count} are in {file}");
        return Tool.Success;
    }

    (Tensor Query, ImageDataset Images, IReadOnlyList<bool>? IsSame) Task(ParseResult parsed, SiameseRunRecord record)
    {
        ImageDataset data = ImageDataset.FashionMnist();
        record.Data.CheckSame(data);
        string? named = parsed.GetValue(_query);
        string[] sources = parsed.GetValue(_gallery) ?? [];
        int place = named is null ? data.FirstOf(record.Options.HeldOut) : int.TryParse(named, CultureInfo.InvariantCulture, out int number) ? number : -1;
        if (place >= 0 && sources.Length == 0)
        {
            RetrievalTask task = RetrievalTask.Of(data, place, record.Options.HeldOut, Same, Others);
            return (task.Query, task.Gallery, task.IsSame);
        }

        Tensor query = place < 0 ? Load([named!], record).Images[0] : place < data.Count
            ? data.Images[place]
            : throw new TrainingException($"There is no image {place}: '{data.Source}' has {data.Count}.");
        return (query, sources.Length == 0 ? data.Only(record.Options.HeldOut) : Load(sources, record), null);
    }

    static ImageDataset Load(string[] sources, SiameseRunRecord record)
    {
        ImageDataset images = ImageDataset.Load(sources, record.Data.Shape[^1], ImageRange.MinusOneOne);
        return images.Channels == record.Encoder.Channels
            ? images
            : throw new TrainingException($"'{images.Source}' has {images.Channels} channels, and the encoder was trained on {record.Encoder.Channels}. Convert the images.");
    }

    static string Line(int rank, int place, double cosine, bool? isSame) => string.Create(
        CultureInfo.InvariantCulture, $"{rank,4}  image {place,4}  cosine {cosine,6:F3}{(isSame is { } same ? same ? "  same class" : "  another class" : "")}");

    static string Summary(RetrievalQuality quality, int shown) => string.Create(
        CultureInfo.InvariantCulture,
        $"Of the query's class: {quality.PrecisionAt(shown):P0} of the first {shown}, {quality.PrecisionAt(Same):P0} of the first {Same} (guessing {quality.Chance:P0}); the first at rank {quality.FirstHit}; average precision {quality.AveragePrecision:F3}; CosineEmbeddingLoss with margin {Margin} {quality.Loss:F4}");
}
