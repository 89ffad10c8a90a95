using Criterion;
using Criterion.Losses;
using Criterion.Metrics;

namespace Article;

/// <summary>The peak signal-to-noise ratio in decibels: the article's function, the metric and the loss.</summary>
public static class PeakSignalToNoise
{
    public static void Run()
    {
        Tensor target = Tensor.Rand([1, 3, 16, 16]);
        Tensor prediction = (target + (Tensor.Randn([1, 3, 16, 16]) * 0.05)).Clamp(0, 1);
        double psnr = new Psnr(ImageRange.ZeroOne).Of(prediction, target); // a metric: higher is better
        Tensor loss = new PsnrLoss(ImageRange.ZeroOne).Forward(prediction, target); // minimized by training
        Console.WriteLine(
            $"the article's function {OfRoot(prediction, target).Item():0.000} dB, Psnr {psnr:0.000} dB, PsnrLoss {loss.Item():0.000}");
    }

    static Tensor OfRoot(Tensor yPred, Tensor yTrue)
    {
        Tensor mse = new MSELoss().Forward(yPred, yTrue);
        return (1 / mse.Sqrt()).Log() * (10 / Math.Log(10));
    }
}
