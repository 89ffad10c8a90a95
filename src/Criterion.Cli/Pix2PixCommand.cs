using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train pix2pix</c>.</summary>
internal sealed class Pix2PixCommand() : PairedCommand(PairedRun.Pix2Pix, PairedOptions.Pix2Pix, UnetTranslator.Small)
{
    const string ToGarments = "sketch-to-garment";
    const string ToSketches = "garment-to-sketch";

    readonly Option<string?> _input = new("--input")
    {
        Description = "Images to translate: a folder of images, an IDX file or a .npy file [default: sketches of Fashion-MNIST]",
        HelpName = "source",
    };

    readonly Option<string?> _target = new("--target")
    {
        Description = "Their counterparts: a folder with a file of the same name for each, the extension aside, or a file with as many "
            + "images in the same order [default: the garments]",
        HelpName = "source",
    };

    readonly Option<string?> _direction = new Option<string?>("--direction")
    {
        Description = $"Direction of the built-in pairs: {ToGarments} or {ToSketches} [default: {ToGarments}]",
        HelpName = "direction",
    }.OneOf(ToGarments, ToSketches);

    readonly ImageOptions _images = new(least: 8);

    readonly Option<int?> _depth = new Option<int?>("--depth")
    {
        Description = "Downsamplings by 2 in the translator; 8 in the paper, for 256 pixels [default: as many as the sides "
            + "allow, at most 8]",
        HelpName = "count",
    }.Within(1, 8);

    readonly Option<double?> _dropout = new Option<double?>("--dropout")
    {
        Description = "Probability of dropout in the three innermost layers of the decoder [default: 0.5]",
        HelpName = "probability",
    }.That(static p => p is >= 0 and < 1, "a number from 0 to below 1");

    public static Command Create(ToolConsole console, Func<CancellationToken> stop)
    {
        Pix2PixCommand command = new();
        return command.Build(
            "Trains a translator on pairs of images, such as sketches and photos; by default from sketches to garments.",
            [command._input, command._target, command._direction, .. command._images.All.Except([command._images.Damaged]),
                command._images.Limit],
            [command._depth, command._dropout],
            console,
            stop);
    }

    protected override string[] Sources(ParseResult parsed) =>
        [.. new[] { parsed.GetValue(_input), parsed.GetValue(_target) }.OfType<string>()];

    protected override PairedRun Create(
        ParseResult parsed, PairedOptions options, int width, PatchDiscriminator discriminator, Action<LoadProgress> onProgress) =>
        PairedRun.CreatePix2Pix(
            options,
            Data(parsed),
            new UnetTranslator(
                width: width, depth: parsed.GetValue(_depth), dropout: parsed.GetValue(_dropout) ?? UnetTranslator.Small.Dropout),
            discriminator,
            parsed.GetValue(RunOptions.SampleEvery),
            parsed.GetValue(RunOptions.CheckpointEvery),
            onProgress);

    PairedData Data(ParseResult parsed)
    {
        (string? input, string? target) = (parsed.GetValue(_input), parsed.GetValue(_target));
        if (input is null != target is null)
        {
            throw new ToolException(
                $"Pairs need both images: give {(input is null ? _input : _target).Name} as well, or neither for sketches and garments.");
        }

        if (input is null)
        {
            _images.RefuseWithout(parsed, _input, _target);
        }
        else if (parsed.IsGiven(_direction))
        {
            throw new ToolException(
                $"{_direction.Name} applies to the built-in pairs. For the other direction exchange {_input.Name} and {_target.Name}.");
        }

        string[] inputs = DataSources.Checked(input is null ? [] : [input], _input.Name);
        string[] targets = DataSources.Checked(target is null ? [] : [target], _target.Name);
        DataArguments arguments = _images.Arguments(parsed, inputs, targets);
        return input is null
            ? new SketchPairs(parsed.GetValue(_direction) == ToSketches)
            : new SourcePairs(arguments, _images.Arguments(parsed, targets, inputs));
    }
}
