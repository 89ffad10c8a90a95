using TrainingService;

Service.Build(args).Run();

namespace TrainingService
{
    /// <summary>A service that trains in the background, logs, and reports the last step.</summary>
    public static class Service
    {
        public static WebApplication Build(string[] args)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
            builder.Services.AddSingleton<Worker>();
            builder.Services.AddHostedService(services => services.GetRequiredService<Worker>());
            WebApplication app = builder.Build();
            app.MapGet("/step", (Worker worker) => worker.LastStep);
            return app;
        }
    }
}
