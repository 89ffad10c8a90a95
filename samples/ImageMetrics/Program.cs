using Criterion;
using Criterion.Formats;
using Criterion.Metrics;

// How similar are two pictures? Both are read as bytes, [3, H, W], so the range is 0 to 255.
Tensor reference = Png.Read(args[0]), distorted = Png.Read(args[1]);
Console.WriteLine($"PSNR {new Psnr(ImageRange.Byte).Of(reference, distorted):0.00} dB");
Console.WriteLine($"SSIM {new SsimIndex(ImageRange.Byte).Of(reference, distorted):0.0000}");

// Where do they differ? A grey picture: white where the error is largest.
Tensor error = (reference.To(DType.Float32) - distorted.To(DType.Float32)).Abs().Mean(0, keepDim: true);
Png.Write(args[2], (error / error.Max() * 255).Round().To(DType.UInt8));
