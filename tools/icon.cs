#:project ../src/Criterion/Criterion.csproj

// Draws src/icon.png, the icon of the packages: Huber's loss and its gradient, computed by HuberLoss. From the root of the repository:
//   dotnet run tools/icon.cs
using Criterion;
using Criterion.Formats;
using Criterion.Losses;

const int Side = 128;
const double Corner = 24;
const double LineWidth = 7;

Tensor x = Tensor.Linspace(-3, 3, Side, DType.Float64);
x.RequiresGrad = true;
Tensor loss = new HuberLoss(reduction: Reduction.None).Forward(x, Tensor.ZerosLike(x));
double[] gradient = Autograd.Grad(loss.Sum(), x).ToArray<double>();
(double X, double Y)[] curve = Points(loss.Detach().ToArray<double>(), bottom: 100, perUnit: 31);
(double X, double Y)[] slope = Points(gradient, bottom: 64, perUnit: 28);

byte[] pixels = new byte[4 * Side * Side];
for (int row = 0; row < Side; row++)
{
    for (int column = 0; column < Side; column++)
    {
        double[] color = Mix(Mix([31, 58, 95], [255, 127, 14], Cover(slope, column, row)), [255, 255, 255], Cover(curve, column, row));
        double[] channels = [.. color, 255 * Inside(column, row)];
        for (int channel = 0; channel < channels.Length; channel++)
        {
            pixels[(((channel * Side) + row) * Side) + column] = (byte)Math.Round(channels[channel]);
        }
    }
}

Png.Write(Path.Combine("src", "icon.png"), Tensor.From(pixels, [4, Side, Side]));

static (double X, double Y)[] Points(double[] values, double bottom, double perUnit) =>
    [.. values.Select((value, column) => (column + 0.5, bottom - (perUnit * value)))];

// The share of a pixel that a line covers: from its distance to the nearest point of the curve.
static double Cover((double X, double Y)[] line, int column, int row) => Math.Clamp(
    (LineWidth / 2) + 0.5 - line.Min(point => Math.Sqrt(Math.Pow(point.X - column - 0.5, 2) + Math.Pow(point.Y - row - 0.5, 2))), 0, 1);

// The share of a pixel within a square with round corners.
static double Inside(int column, int row)
{
    double dx = Math.Max(0, Math.Abs(column + 0.5 - (Side / 2)) - (Side / 2) + Corner);
    double dy = Math.Max(0, Math.Abs(row + 0.5 - (Side / 2)) - (Side / 2) + Corner);
    return Math.Clamp(Corner + 0.5 - Math.Sqrt((dx * dx) + (dy * dy)), 0, 1);
}

static double[] Mix(double[] below, double[] above, double share) => [.. below.Zip(above, (a, b) => a + (share * (b - a)))];
