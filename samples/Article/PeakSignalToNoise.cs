using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>The peak signal-to-noise ratio in decibels.</summary>
public static class PeakSignalToNoise
{
    public static void Run()
    {
        Tensor target = Tensor.Rand([1, 3, 16, 16]);
        Tensor prediction = target + (Tensor.Randn([1, 3, 16, 16]) * 0.05);
        Tensor mse = new MSELoss().Forward(prediction, target);
        Tensor article = Decibel(1 / mse.Sqrt());
        Tensor psnr = Decibel(1 / mse); // R = 1: pixels in [0, 1]
        Console.WriteLine($"the article's function {article.Item():0.000} dB, PSNR {psnr.Item():0.000} dB");
    }

    static Tensor Decibel(Tensor ratio) => ratio.Log() * (10 / Math.Log(10));
}
