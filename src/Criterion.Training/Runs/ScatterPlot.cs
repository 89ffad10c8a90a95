using Criterion.Formats;

namespace Criterion.Training;

/// <summary>Draws points of the plane: generated ones in colour over real ones in grey.</summary>
public static class ScatterPlot
{
    const int Side = 512;

    // The frame extends beyond the real points to show generated ones that miss them.
    const double Margin = 1.3;

    // The radius of a dot, in pixels.
    const int Radius = 2;

    static readonly Ink Real = new([165, 165, 165], 0.35);
    static readonly Ink Made = new([214, 69, 20], 0.5);

    /// <summary>Draws points; those beyond the frame are drawn at its edge.</summary>
    /// <param name="points">The generated points, <c>[N, 2]</c>.</param>
    /// <param name="real">The real points, <c>[N, 2]</c>, which determine the scale. Default: none.</param>
    /// <returns>Bytes <c>[3, H, W]</c>, as <see cref="Formats.Png"/> writes them; the y axis points up.</returns>
    public static Tensor Compose(Tensor points, Tensor? real = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        float[] made = Coordinates(points);
        float[] behind = real is null ? [] : Coordinates(real);
        double reach = Margin * (real is null ? made : behind).Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max();
        byte[] canvas = new byte[3 * Side * Side];
        Array.Fill(canvas, byte.MaxValue);
        Dots(canvas, behind, reach, Real);
        Dots(canvas, made, reach, Made);
        return Tensor.From(canvas, [3, Side, Side]);
    }

    static float[] Coordinates(Tensor points) => points.Rank == 2 && points.Shape[1] == 2
        ? points.Detach().To(DType.Float32).ToArray<float>()
        : throw new ShapeException($"ScatterPlot: points must be [N, 2], but are {points.Shape}.");

    static void Dots(byte[] canvas, float[] xy, double reach, Ink ink)
    {
        for (int i = 0; i < xy.Length; i += 2)
        {
            if (float.IsFinite(xy[i] + xy[i + 1]))
            {
                Dot(canvas, Pixel(-xy[i + 1] / reach), Pixel(xy[i] / reach), ink);
            }
        }
    }

    // Maps [−1, 1] to pixels around which a whole dot fits.
    static int Pixel(double at) => (int)Math.Clamp((at + 1) / 2 * Side, Radius, Side - 1 - Radius);

    static void Dot(byte[] canvas, int row, int column, Ink ink)
    {
        for (int y = -Radius; y <= Radius; y++)
        {
            for (int x = -Radius; x <= Radius; x++)
            {
                if ((x * x) + (y * y) <= Radius * Radius)
                {
                    ink.Blend(canvas, ((row + y) * Side) + column + x);
                }
            }
        }
    }

    readonly record struct Ink(byte[] Colour, double Opacity)
    {
        public void Blend(byte[] canvas, int pixel)
        {
            for (int channel = 0; channel < Colour.Length; channel++)
            {
                ref byte under = ref canvas[(channel * Side * Side) + pixel];
                under = (byte)Math.Round(under + ((Colour[channel] - under) * Opacity));
            }
        }
    }
}
