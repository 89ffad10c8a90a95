using System.Globalization;
using System.Numerics.Tensors;

namespace Criterion.Training;

/// <summary>
/// Random changes of images that keep what they show: a crop that is resized to the whole, a shift, a flip, and other brightness and
/// contrast. Each image has its own, and the same stream gives the same ones on any number of threads.
/// </summary>
/// <remarks>Places outside an image have the value of its nearest pixel.</remarks>
public sealed record ViewAugmentation
{
    const string Default = "default";

    /// <summary>Initializes the changes.</summary>
    /// <param name="crop">The smallest side of a crop, as a share of the image's, in (0, 1]; 1 for none. Default: 0.5.</param>
    /// <param name="shift">The largest shift of a crop, as a share of the image's side, in [0, 1]. Default: 0.1.</param>
    /// <param name="flip">Whether half of the images are mirrored left to right. Default: true.</param>
    /// <param name="brightness">The largest change of all values, which are in [−1, 1]; in [0, 2]. Default: 0.4.</param>
    /// <param name="contrast">
    /// The largest relative change of the distance of values to the mean of their image, in [0, 1]. Default: 0.4.
    /// </param>
    public ViewAugmentation(double crop = 0.5, double shift = 0.1, bool flip = true, double brightness = 0.4, double contrast = 0.4) =>
        (Crop, Shift, Flip, Brightness, Contrast) = (crop, shift, flip, brightness, contrast);

    /// <summary><inheritdoc cref="ViewAugmentation(double, double, bool, double, double)" path="/param[@name='crop']/node()"/></summary>
    /// <exception cref="TrainingException">The value is out of range.</exception>
    public double Crop { get; init => field = Checked(value is > 0 and <= 1, value, nameof(Crop), "in (0, 1]"); }

    /// <summary><inheritdoc cref="ViewAugmentation(double, double, bool, double, double)" path="/param[@name='shift']/node()"/></summary>
    /// <exception cref="TrainingException">The value is out of range.</exception>
    public double Shift { get; init => field = Checked(value is >= 0 and <= 1, value, nameof(Shift), "in [0, 1]"); }

    /// <summary><inheritdoc cref="ViewAugmentation(double, double, bool, double, double)" path="/param[@name='flip']/node()"/></summary>
    public bool Flip { get; init; }

    /// <summary>
    /// <inheritdoc cref="ViewAugmentation(double, double, bool, double, double)" path="/param[@name='brightness']/node()"/>
    /// </summary>
    /// <exception cref="TrainingException">The value is out of range.</exception>
    public double Brightness { get; init => field = Checked(value is >= 0 and <= 2, value, nameof(Brightness), "in [0, 2]"); }

    /// <summary>
    /// <inheritdoc cref="ViewAugmentation(double, double, bool, double, double)" path="/param[@name='contrast']/node()"/>
    /// </summary>
    /// <exception cref="TrainingException">The value is out of range.</exception>
    public double Contrast { get; init => field = Checked(value is >= 0 and <= 1, value, nameof(Contrast), "in [0, 1]"); }

    /// <summary>Parses options such as <c>crop=0.6,flip=false</c>, or <c>default</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="TrainingException">An option is unknown, or its value is invalid.</exception>
    public static ViewAugmentation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ObjectText.Settings(text == Default ? "" : text)
            .Aggregate(new ViewAugmentation(), static (changes, setting) => changes.With(setting));
    }

    /// <summary>Formats the options as <see cref="Parse"/> reads them.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"crop={Crop},shift={Shift},flip={(Flip ? "true" : "false")},brightness={Brightness},contrast={Contrast}");

    /// <summary>Returns changed images.</summary>
    /// <param name="images">The images, Float32 <c>[N, C, H, W]</c>, values in [−1, 1].</param>
    /// <param name="random">The stream of the changes.</param>
    /// <exception cref="TrainingException">The images have another type or shape.</exception>
    public Tensor Apply(Tensor images, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(random);
        if (images.Rank != 4 || images.DType != DType.Float32)
        {
            throw new TrainingException($"ViewAugmentation: images must be Float32 [N, C, H, W], but are {images.DType} {images.Shape}. "
                + "Convert them.");
        }

        Changes[] changes = [.. Enumerable.Range(0, images.Shape[0]).Select(_ => Draw(random))];
        ImageShape shape = new(images.Shape[1], images.Shape[2], images.Shape[3]);
        float[] from = images.ToArray<float>();
        float[] to = new float[from.Length];
        Parallel.For(0, changes.Length, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, i =>
            shape.Change(from.AsSpan(i * shape.Count, shape.Count), to.AsSpan(i * shape.Count, shape.Count), changes[i]));
        return Tensor.From(to, images.Shape);
    }

    // Every image draws as many numbers, whatever the options are.
    Changes Draw(RandomStream random)
    {
        double side = Crop + ((1 - Crop) * random.NextDouble());
        double top = ((1 - side) * random.NextDouble()) + (Shift * Signed(random));
        double left = ((1 - side) * random.NextDouble()) + (Shift * Signed(random));
        bool isFlipped = random.NextDouble() < 0.5 && Flip;
        return new Changes(
            side, top, left, isFlipped, (float)(Brightness * Signed(random)), (float)(1 + (Contrast * Signed(random))));
    }

    static double Signed(RandomStream random) => (2 * random.NextDouble()) - 1;

    ViewAugmentation With((string Key, string Value) setting) => setting.Key.ToLowerInvariant() switch
    {
        "crop" => this with { Crop = Number(setting) },
        "shift" => this with { Shift = Number(setting) },
        "brightness" => this with { Brightness = Number(setting) },
        "contrast" => this with { Contrast = Number(setting) },
        "flip" => this with { Flip = Value<bool>(setting) },
        _ => throw new TrainingException($"There is no change '{setting.Key}'.{Suggestion.For(setting.Key, Names)} "
            + $"Choose from: {string.Join(", ", Names)}."),
    };

    static string[] Names => ["crop", "shift", "flip", "brightness", "contrast"];

    static double Number((string Key, string Value) setting) => Value<double>(setting);

    static T Value<T>((string Key, string Value) setting)
        where T : struct => ValueText.Parse(typeof(T), setting.Value) is T value
            ? value
            : throw new TrainingException($"Invalid value '{setting.Value}' for {setting.Key}. Expected {ValueText.Expected(typeof(T))}."
                + NumberText.Hint(setting.Value));

    static double Checked(bool isValid, double value, string name, string range) => isValid
        ? value
        : throw new TrainingException($"ViewAugmentation.{name}: the value must be {range}, but is {NumberText.Format(value)}. "
            + "Set a value in that range.");

    /// <summary>The changes of one image.</summary>
    readonly record struct Changes(double Side, double Top, double Left, bool IsFlipped, float Brightness, float Contrast);

    /// <summary>The shape of an image, <c>[C, H, W]</c>.</summary>
    readonly record struct ImageShape(int Channels, int Height, int Width)
    {
        public int Count => Channels * Height * Width;

        public void Change(ReadOnlySpan<float> from, Span<float> to, Changes changes)
        {
            Resample(from, to, changes);
            float mean = TensorPrimitives.Sum<float>(to) / Count;
            foreach (ref float value in to)
            {
                value = Math.Clamp(mean + ((value - mean) * changes.Contrast) + changes.Brightness, -1, 1);
            }
        }

        // Bilinear, the centres of pixels at half-integers.
        void Resample(ReadOnlySpan<float> from, Span<float> to, Changes changes)
        {
            Span<Between> rows = stackalloc Between[Height];
            Span<Between> columns = stackalloc Between[Width];
            Fill(rows, changes.Top, changes.Side, isReversed: false);
            Fill(columns, changes.Left, changes.Side, changes.IsFlipped);
            for (int channel = 0, at = 0; channel < Channels; channel++)
            {
                ReadOnlySpan<float> plane = from.Slice(channel * Height * Width, Height * Width);
                foreach (Between row in rows)
                {
                    ReadOnlySpan<float> upper = plane.Slice(row.Low * Width, Width);
                    ReadOnlySpan<float> lower = plane.Slice(row.High * Width, Width);
                    foreach (Between column in columns)
                    {
                        float above = column.Mix(upper[column.Low], upper[column.High]);
                        to[at++] = row.Mix(above, column.Mix(lower[column.Low], lower[column.High]));
                    }
                }
            }
        }

        static void Fill(Span<Between> places, double start, double side, bool isReversed)
        {
            for (int i = 0; i < places.Length; i++)
            {
                double along = (i + 0.5) / places.Length;
                double place = ((start + (side * (isReversed ? 1 - along : along))) * places.Length) - 0.5;
                place = Math.Clamp(place, 0, places.Length - 1);
                int low = (int)place;
                places[i] = new Between(low, Math.Min(low + 1, places.Length - 1), (float)(place - low));
            }
        }
    }

    /// <summary>A place between two pixels.</summary>
    readonly record struct Between(int Low, int High, float Weight)
    {
        public float Mix(float low, float high) => low + (Weight * (high - low));
    }
}
