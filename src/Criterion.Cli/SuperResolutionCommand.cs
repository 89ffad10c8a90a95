using System.CommandLine;
using System.Globalization;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train super-resolution</c>.</summary>
internal sealed class SuperResolutionCommand()
    : PairedCommand(PairedRun.SuperResolution, PairedOptions.SuperResolution, SuperResolver.Small)
{
    readonly Option<string[]> _data = new("--data")
    {
        Description = $"Large images: {ImageDataset.FashionMnistName} (embedded), a folder of images, an IDX file or a .npy file; repeat "
            + "it to add more. The input is made from them by Pillow's bicubic filter, antialiased",
        DefaultValueFactory = _ => [ImageDataset.FashionMnistName],
        HelpName = "source",
    };

    readonly ImageOptions _images = new(least: 16);

    readonly Option<string> _factor = new Option<string>("--factor")
    {
        Description = "Factor of both sides: 2 or 4",
        DefaultValueFactory = _ => SuperResolver.Small.Factor.ToString(CultureInfo.InvariantCulture),
        HelpName = "factor",
    }.OneOf("2", "4");

    readonly Option<int> _blocks = new Option<int>("--blocks")
    {
        Description = "Residual blocks of the translator; 16 in the paper",
        DefaultValueFactory = _ => SuperResolver.Small.Blocks,
        HelpName = "count",
    }.Within(0, 64);

    public static Command Create(ToolConsole console, Func<CancellationToken> stop)
    {
        SuperResolutionCommand command = new();
        return command.Build(
            "Trains a network that enlarges images by 2 or 4 with plausible detail, on any images.",
            [command._data, .. command._images.All, command._images.Limit, command._factor],
            [command._blocks],
            console,
            stop);
    }

    protected override string[] Sources(ParseResult parsed) => parsed.GetValue(_data)!;

    protected override PairedRun Create(
        ParseResult parsed, PairedOptions options, int width, PatchDiscriminator discriminator, Action<LoadProgress> onProgress) =>
        PairedRun.CreateSuperResolution(
            options,
            _images.Arguments(parsed, DataSources.Checked(parsed.GetValue(_data)!, _data.Name)),
            SuperResolver.Small with
            {
                Width = width,
                Blocks = parsed.GetValue(_blocks),
                Factor = int.Parse(parsed.GetValue(_factor)!, CultureInfo.InvariantCulture),
            },
            discriminator,
            parsed.GetValue(RunOptions.SampleEvery),
            parsed.GetValue(RunOptions.CheckpointEvery),
            onProgress);
}
